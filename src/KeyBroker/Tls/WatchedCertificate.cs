namespace Coffer.KeyBroker.Tls;

/// <summary>A certificate whose end somebody should hear of in time.</summary>
/// <param name="Name">Such as <c>server</c>; the same in log and metrics.</param>
/// <param name="Ends">When it ends, read anew each time.</param>
/// <param name="RenewsItself">Whether the broker makes the next one by itself.</param>
internal sealed record WatchedCertificate(string Name, Func<DateTimeOffset> Ends, bool RenewsItself)
{
    /// <summary>Now in use.</summary>
    public DateTimeOffset NotAfter => Ends();

    /// <summary>Those that a broker has.</summary>
    /// <param name="identity">What it shows; null for plain HTTP.</param>
    /// <param name="authority">Its own authority; null where the operator gives a certificate.</param>
    public static IReadOnlyList<WatchedCertificate> Of(IServerIdentity? identity, CertificateAuthority? authority)
    {
        var all = new List<WatchedCertificate>();
        if (identity is not null) all.Add(new("server", () => identity.Certificate.NotAfter.ToUniversalTime(), RenewsItself: authority is not null));
        if (authority is not null) all.Add(new("ca", () => authority.Certificate.NotAfter.ToUniversalTime(), RenewsItself: false));
        return all;
    }
}
