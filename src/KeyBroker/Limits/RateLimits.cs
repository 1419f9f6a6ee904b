namespace Coffer.KeyBroker.Limits;

/// <summary>The limits of one broker, as its operator set them. Each broker of several counts for itself.</summary>
internal sealed class RateLimits(BrokerRules settings, TimeProvider time)
{
    private readonly TokenBuckets? _auth = Of(settings.Limits.Auth, time), _enroll = Of(settings.Limits.Enroll, time), _refused = Of(settings.Limits.Refused, time);
    private readonly TokenBuckets? _admin = Of(settings.Limits.Admin, time), _host = Of(settings.Limits.Host, time);
    private readonly HeldSessions _ofSources = new(settings.MostSessionsOfSource, settings.SessionLifetime, time), _ofHosts = new(settings.MostSessionsOfHost, settings.SessionLifetime, time);

    /// <summary>A session is begun.</summary>
    /// <param name="source">From <see cref="SourceAddress"/>; null where it is not limited.</param>
    /// <exception cref="LimitedException">Too often.</exception>
    public void Auth(string? source) => Take(_auth, source, "sessions from this address");

    /// <summary>A step of an enrolment is asked for.</summary>
    /// <exception cref="LimitedException">Too often.</exception>
    public void Enroll(string? source) => Take(_enroll, source, "enrolments from this address");

    /// <summary>A credential did not hold. One that holds is not kept out by others from the same address, which may be a proxy's.</summary>
    /// <exception cref="LimitedException">Too often.</exception>
    public void Refused(string? source) => Take(_refused, source, "refused credentials from this address");

    /// <summary>Somebody known calls the administration API.</summary>
    /// <exception cref="LimitedException">Too often.</exception>
    public void Admin(string? actor) => Take(_admin, actor, "requests with this credential");

    /// <summary>A machine attests, or asks for a resource.</summary>
    /// <param name="akName">Its attestation key, which was verified; null where it has none.</param>
    /// <exception cref="LimitedException">Too often.</exception>
    public void Host(string? akName) => Take(_host, akName, "requests of this machine");

    /// <summary>A session is opened that lives for a while.</summary>
    /// <param name="source">From <see cref="SourceAddress"/>; null where it is not limited.</param>
    /// <exception cref="LimitedException">It holds too many.</exception>
    public void OpenSession(string? source) => Hold(_ofSources, source, "open sessions from this address");

    /// <summary>A machine's evidence holds, and its session lives on for a while.</summary>
    /// <param name="akName">Its attestation key, which was verified; null where it has none.</param>
    /// <exception cref="LimitedException">It holds too many.</exception>
    public void KeepSession(string? akName) => Hold(_ofHosts, akName, "open sessions of this machine");

    private static void Hold(HeldSessions sessions, string? key, string what)
    {
        if (key is not null && sessions.Take(key) is { } seconds) throw new LimitedException(what, seconds);
    }

    private static void Take(TokenBuckets? buckets, string? key, string what)
    {
        if (key is not null && buckets?.Take(key) is { } seconds) throw new LimitedException(what, seconds);
    }

    private static TokenBuckets? Of(RateRule? rule, TimeProvider time) => rule is null ? null : new TokenBuckets(rule, time);
}
