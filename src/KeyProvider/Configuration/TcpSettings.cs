using System.Net;

namespace Coffer.KeyProvider.Configuration;

/// <summary>A TCP listener: always TLS 1.2 or later, always with a client certificate.</summary>
/// <param name="Address">Address and port.</param>
/// <param name="CertificateFile">The server's certificate chain, PEM.</param>
/// <param name="KeyFile">Its private key, PEM.</param>
/// <param name="ClientRootsFile">The authorities whose client certificates are accepted, PEM.</param>
public sealed record TcpSettings(IPEndPoint Address, string CertificateFile, string KeyFile, string ClientRootsFile);
