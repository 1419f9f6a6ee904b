using Coffer.Pkcs11.Keys;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs11;

/// <summary>One recipient of a packet.</summary>
/// <param name="Blob">The RSA block, as long as the modulus; empty when there is a problem.</param>
/// <param name="Hash">The hash of RSA-OAEP.</param>
/// <param name="Problem">Why this recipient cannot be used by anybody; null for a sound one.</param>
internal sealed record Pkcs11PacketRecipient(byte[] Blob, OaepHash Hash, string? Problem)
{
    /// <summary>What can be said without the key, such as <c>RSA-OAEP sha1 2048</c>.</summary>
    public string Algorithm => Problem is null ? $"RSA-OAEP {Pkcs11Packet.NameOf(Hash)} {Blob.Length * 8}" : "RSA-OAEP";
}
