using Coffer.Oci;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Security;

namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>Makes messages that the oldest readers read: version 3 session keys, AES-256 with MDC, no compression, no signature.</summary>
internal sealed class PgpWrapper(IReadOnlyList<PgpPublicKey> recipients) : IKeyWrapper
{
    public string Annotation => EncAnnotations.Pgp;

    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> privateOptions, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var encryption = new PgpEncryptedDataGenerator(SymmetricKeyAlgorithmTag.Aes256, withIntegrityPacket: true, new SecureRandom());
            foreach (var recipient in recipients) encryption.AddMethod(recipient);

            // Literal header: tag and length (at most 6 bytes), format, empty name, date.
            using var literal = new MemoryStream(privateOptions.Length + 64);
            using (var content = new PgpLiteralDataGenerator().Open(literal, PgpLiteralData.Binary, "", privateOptions.Length, DateTime.UnixEpoch))
            {
                content.Write(privateOptions.Span);
            }
            using var message = new MemoryStream();
            using (var data = encryption.Open(message, literal.Length)) literal.WriteTo(data);
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(literal.GetBuffer());
            return new(message.ToArray());
        }
        catch (Exception e) when (PgpLibrary.IsItsFailure(e))
        {
            throw new CofferException($"the layer key cannot be encrypted to the OpenPGP recipients: {Printable.Of(e.Message)}", inner: e);
        }
    }

    public void Dispose()
    {
        // Public keys only.
    }
}
