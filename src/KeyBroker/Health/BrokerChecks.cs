using System.Globalization;
using System.Security.Cryptography;
using Coffer.KeyBroker.Tls;
using Coffer.KeyBroker.Tokens;

namespace Coffer.KeyBroker.Health;

/// <summary>The list of what a broker needs in order to serve.</summary>
internal static class BrokerChecks
{
    private const string Purpose = "readiness";
    private static readonly TimeSpan MostApart = EarTokens.Skew; // more, and what one replica begins is not taken by another
    private static readonly DateTimeOffset Earliest = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>All of them, for one broker.</summary>
    /// <param name="parts">The broker's.</param>
    /// <param name="identity">What it shows in handshakes; null for plain HTTP.</param>
    /// <exception cref="BrokerException">The root key cannot be used.</exception>
    public static IReadOnlyList<ReadyCheck> Of(BrokerParts parts, IServerIdentity? identity)
    {
        var (probe, value) = (new StoreProbe(parts.Store, parts.Time), Derive(parts));
        return
        [
            new("store", probe.AskAsync),
            new("root_key", _ => Same(value, Derive(parts))),
            new("clock", cancellationToken => ClockAsync(parts, identity, cancellationToken)),
        ];
    }

    private static Task Same(byte[] first, byte[] now) => CryptographicOperations.FixedTimeEquals(first, now)
        ? Task.CompletedTask
        : throw new BrokerException(BrokerFault.Unavailable, "the root key is not the one that it was at the start");

    private static byte[] Derive(BrokerParts parts)
    {
        using var derived = parts.RootKey.Derive(Purpose);
        return SHA256.HashData(derived.Span);
    }

    private static async Task ClockAsync(BrokerParts parts, IServerIdentity? identity, CancellationToken cancellationToken)
    {
        var now = parts.Time.GetUtcNow();
        if (now < Earliest) throw Wrong($"this machine's clock says {now:yyyy-MM-dd}");
        if (identity?.Certificate is { } certificate)
        {
            if (now < certificate.NotBefore) throw Wrong($"by this machine's clock the server's certificate begins at {certificate.NotBefore.ToUniversalTime():u}");
            if (now > certificate.NotAfter) throw Wrong($"by this machine's clock the server's certificate ended at {certificate.NotAfter.ToUniversalTime():u}");
        }
        // Where the store does not answer, that is another check's to tell.
        if (await StoreClockAsync(parts, cancellationToken).ConfigureAwait(false) is not { } other) return;
        var ahead = parts.Time.GetUtcNow() - other;
        if (ahead.Duration() > MostApart) throw Wrong(string.Create(CultureInfo.InvariantCulture, $"this machine's clock is {ahead.Duration().TotalSeconds:F0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the store's"));
    }

    private static async Task<DateTimeOffset?> StoreClockAsync(BrokerParts parts, CancellationToken cancellationToken)
    {
        try
        {
            return await parts.Store.ReadAsync(r => r.ClockAsync(), cancellationToken).ConfigureAwait(false);
        }
        catch (BrokerException)
        {
            return null;
        }
    }

    private static BrokerException Wrong(string message) => new(BrokerFault.Unavailable, message);
}
