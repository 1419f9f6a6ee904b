using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>The HMAC of the platform. The digest is left to whoever stores the bytes, on a thread of its own.</summary>
internal sealed class PlatformCiphertextHash(ReadOnlySpan<byte> key) : CiphertextHash
{
    private readonly IncrementalHash _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);

    public override bool HasDigest => false;

    public override void Append(ReadOnlySpan<byte> ciphertext) => _hmac.AppendData(ciphertext);

    public override Digest? Finish(Span<byte> mac)
    {
        _hmac.GetHashAndReset(mac);
        return null;
    }

    public override void Dispose() => _hmac.Dispose();
}
