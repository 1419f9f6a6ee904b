using System.Security.Cryptography.X509Certificates;

namespace Coffer.ImageCrypt.Keys;

/// <summary>
/// A certificate given with <c>-d</c>. It opens nothing alone: it tells which PKCS#7 recipient a private key belongs to.
/// </summary>
/// <param name="source">As the user named it.</param>
/// <param name="certificate">Owned from now on: disposed with the identity.</param>
public sealed class CertificateIdentity(string source, X509Certificate2 certificate) : Identity(source)
{
    /// <summary>The certificate; without a private key.</summary>
    public X509Certificate2 Certificate { get; } = certificate;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => Certificate.Dispose();
}
