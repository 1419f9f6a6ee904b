using System.Security.Cryptography;
using Coffer.KeyBroker.Tls;

namespace Coffer.KeyBroker.Health;

/// <summary>The list of what a broker needs in order to serve.</summary>
internal static class BrokerChecks
{
    private const string Purpose = "readiness";
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
            new("clock", _ => Clock(parts.Time.GetUtcNow(), identity)),
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

    private static Task Clock(DateTimeOffset now, IServerIdentity? identity)
    {
        if (now < Earliest) throw new BrokerException(BrokerFault.Unavailable, $"this machine's clock says {now:yyyy-MM-dd}");
        if (identity?.Certificate is not { } certificate) return Task.CompletedTask;
        if (now < certificate.NotBefore) throw new BrokerException(BrokerFault.Unavailable, $"by this machine's clock the server's certificate begins at {certificate.NotBefore.ToUniversalTime():u}");
        if (now > certificate.NotAfter) throw new BrokerException(BrokerFault.Unavailable, $"by this machine's clock the server's certificate ended at {certificate.NotAfter.ToUniversalTime():u}");
        return Task.CompletedTask;
    }
}
