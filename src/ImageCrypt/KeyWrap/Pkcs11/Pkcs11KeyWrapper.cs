using System.Security.Cryptography;
using Coffer.Pkcs11.Keys;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs11;

/// <summary>One recipient: its public key, already fetched from its token, which is not needed any more.</summary>
/// <param name="Source">As the user named it.</param>
/// <param name="Key">Owned by the wrapper.</param>
internal sealed record Pkcs11Recipient(string Source, RSA Key);

/// <summary>Encrypts the private options to every recipient, in software: the public half of an operation needs no token.</summary>
internal sealed class Pkcs11KeyWrapper(IReadOnlyList<Pkcs11Recipient> recipients, OaepHash hash) : IKeyWrapper
{
    private readonly Lock _turn = new(); // RSA objects promise nothing to several threads

    public string Annotation => EncAnnotations.Pkcs11;

    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> privateOptions, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_turn)
        {
            var blobs = recipients.Select(recipient =>
            {
                OaepHashChoice.RequireRoom(recipient.Source, recipient.Key.KeySize, hash, privateOptions.Length);
                return (recipient.Key.Encrypt(privateOptions.Span, hash == OaepHash.Sha1 ? RSAEncryptionPadding.OaepSHA1 : RSAEncryptionPadding.OaepSHA256), hash);
            });
            return new(Pkcs11Packet.Write(blobs));
        }
    }

    public void Dispose()
    {
        foreach (var recipient in recipients) recipient.Key.Dispose();
    }
}
