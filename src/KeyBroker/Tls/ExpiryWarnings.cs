using System.Globalization;

namespace Coffer.KeyBroker.Tls;

/// <summary>Warns of certificates that end soon, once a day each, from thirty days before.</summary>
/// <param name="certificates">Those that are watched.</param>
/// <param name="time">The clock.</param>
/// <param name="warn">Told of a certificate by its name, and when it ends.</param>
internal sealed class ExpiryWarnings(IReadOnlyList<WatchedCertificate> certificates, TimeProvider time, Action<string, string> warn)
{
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(30);
    private static readonly TimeSpan Pause = TimeSpan.FromDays(1);

    private readonly Dictionary<string, long> _told = [];

    /// <summary>Looks at all of them.</summary>
    public void Look()
    {
        foreach (var certificate in certificates)
        {
            var (now, ends) = (time.GetUtcNow(), certificate.NotAfter);
            if (ends - now > Ahead || (certificate.RenewsItself && ends > now)) continue;
            if (_told.TryGetValue(certificate.Name, out var told) && time.GetElapsedTime(told) < Pause) continue;
            _told[certificate.Name] = time.GetTimestamp();
            var left = ends - now;
            var when = ends.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            warn(certificate.Name, left < TimeSpan.Zero ? $"it ended at {when}" : string.Create(CultureInfo.InvariantCulture, $"it ends at {when}, in {left.TotalDays:0.#} days"));
        }
    }
}
