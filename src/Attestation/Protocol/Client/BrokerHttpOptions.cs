namespace Coffer.Attestation.Protocol.Client;

/// <summary>How a broker is reached.</summary>
/// <param name="Address"><c>https://host[:port]</c>, perhaps with a path in front of the broker's own.</param>
public sealed record BrokerHttpOptions(Uri Address)
{
    /// <summary>PEM file of the one CA, or the few, that may vouch for the broker; null: those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file of a certificate, and what leads to its root, to show where the broker asks for one; null for none.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>PEM file of its private key; null where the same file has it.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>Whether <c>http://</c> may be used: anybody on the way can then read tokens and answer in the broker's place.</summary>
    public bool InsecureHttp { get; init; }

    /// <summary>Whether <c>HTTPS_PROXY</c> and its kin are obeyed.</summary>
    public bool ProxyFromEnvironment { get; init; }

    /// <summary>How long one request may take, answer included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a connection may take to be there, TLS included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a refused connection is tried again, as while the broker starts.</summary>
    public TimeSpan RetryRefusedFor { get; init; } = TimeSpan.Zero;
}
