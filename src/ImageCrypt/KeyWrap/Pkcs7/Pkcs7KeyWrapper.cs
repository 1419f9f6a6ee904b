using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>Makes one envelope for all its recipients.</summary>
internal sealed class Pkcs7KeyWrapper(IReadOnlyList<EnvelopeAddressee> addressees) : IKeyWrapper
{
    public string Annotation => EncAnnotations.Pkcs7;

    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> privateOptions, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(EnvelopeWriter.Write(privateOptions.Span, addressees));
        }
        catch (CryptographicException e)
        {
            throw new CofferException("pkcs7: a certificate's key refuses to encrypt", inner: e);
        }
    }

    public void Dispose()
    {
        // Certificates hold no secret.
    }
}
