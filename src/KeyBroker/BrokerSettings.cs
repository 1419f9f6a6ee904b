using Coffer.Service.Logs;
using Coffer.Service.Metrics;

namespace Coffer.KeyBroker;

/// <summary>How a broker is set up.</summary>
public sealed record BrokerSettings
{
    /// <summary>Where it listens unless told otherwise.</summary>
    public const string UsualListen = "127.0.0.1:8080";

    /// <summary>The folder with its store, <c>ca.pem</c> and <c>admin-token</c>; made 0700 where it is absent.</summary>
    public string DataFolder { get; init; } = "";

    /// <summary>Where the root key is: <c>FILE</c>, <c>tpm:FILE,...</c> or <c>pkcs11:FILE,...</c>; null for a file in the data folder.</summary>
    public string? RootKeyFile { get; init; }

    /// <summary>Another root key, tried where the first is not the store's: during a change of the root key the other one of the two. Null for none.</summary>
    public string? OtherRootKey { get; init; }

    /// <summary>The public half (PEM) of the recovery key that a root key of a TPM or token is sealed to as well, when it is made.</summary>
    public string? RecoveryKeyFile { get; init; }

    /// <summary>A PostgreSQL database that several brokers may share, <c>postgres://USER@HOST/DATABASE</c>; null for a file in the data folder.</summary>
    public string? Store { get; init; }

    /// <summary>A file (0600) with that address, which may then hold a password.</summary>
    public string? StoreFile { get; init; }

    /// <summary>Lets the connection to a PostgreSQL server on another machine go without a certificate that verifies.</summary>
    public bool InsecureStoreConnection { get; init; }

    /// <summary>Addresses with ports to listen on, such as <c>127.0.0.1:8080</c> or <c>[::]:8080</c>; port 0 for any that is free.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [UsualListen];

    /// <summary>Further DNS names and IP addresses that the server certificate is made for.</summary>
    public IReadOnlyList<string> TlsNames { get; init; } = [];

    /// <summary>A certificate chain (PEM) to show instead of one of the broker's own CA; with <see cref="TlsKeyFile"/>.</summary>
    public string? TlsCertificateFile { get; init; }

    /// <summary>The private key (PEM) that goes with it.</summary>
    public string? TlsKeyFile { get; init; }

    /// <summary>The file that says who is let in by client certificate or by an issuer's token; null for nobody.</summary>
    public string? AccessFile { get; init; }

    /// <summary>Plain HTTP: whoever sees the traffic has the tokens.</summary>
    public bool InsecureHttp { get; init; }

    /// <summary>What is logged to standard error, and how.</summary>
    public LogSettings Log { get; init; } = new();

    /// <summary>Where metrics are shown and sent: an address of any network, since they say no secret and no name.</summary>
    public MetricsSettings Metrics { get; init; } = new();

    /// <summary>Where traces are sent: OTLP over HTTP where it has a path such as <c>/v1/traces</c>, else over gRPC; null for nowhere.</summary>
    public Uri? Traces { get; init; }

    /// <summary>How often the broker signs where its audit ends; nothing is signed while nothing is put into it.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What is asked of machines that attest.</summary>
    public BrokerRules Rules { get; init; } = new();
}
