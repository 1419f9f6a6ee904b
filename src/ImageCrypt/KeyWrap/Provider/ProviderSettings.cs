namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>How one provider of the configuration is reached.</summary>
internal abstract record ProviderSettings;

/// <summary>A program that is run once per operation.</summary>
/// <param name="Path">As configured; a name without a slash is looked up in PATH.</param>
/// <param name="Arguments">Handed over verbatim.</param>
internal sealed record CommandProvider(string Path, IReadOnlyList<string> Arguments) : ProviderSettings;

/// <summary>A gRPC server.</summary>
/// <param name="Target">As Go's gRPC takes it.</param>
/// <param name="Tls">Null for plaintext.</param>
internal sealed record GrpcProvider(string Target, ProviderTls? Tls) : ProviderSettings;

/// <summary>The <c>grpc-tls</c> member. Members that are not set are null.</summary>
/// <param name="RootCaFile">Trusted roots in PEM; null for the system's.</param>
/// <param name="CertFile">Our certificate in PEM.</param>
/// <param name="KeyFile">Its unencrypted private key in PEM.</param>
/// <param name="ServerName">The name that the server's certificate must bear, in place of the target's host.</param>
/// <param name="SkipVerify">True if any certificate is accepted.</param>
internal sealed record ProviderTls(string? RootCaFile, string? CertFile, string? KeyFile, string? ServerName, bool SkipVerify);
