using System.Security.Cryptography;
using System.Text;

namespace Coffer.KeyBroker.RootKeys;

/// <summary>A root key in memory, wherever it came from: 32 bytes. Purposes are separated by HKDF-SHA-256 (RFC 5869).</summary>
/// <param name="name">For messages, such as the file's path.</param>
/// <param name="key">Ours to dispose.</param>
internal class RootKey(string name, SecretBytes key) : IRootKey
{
    /// <summary>The key's length in bytes.</summary>
    public const int Bytes = 32;

    private const int IdBytes = 16;

    private string? _id;

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <summary>The key itself, to be sealed elsewhere; stays ours.</summary>
    public SecretBytes Key { get; } = key;

    /// <summary>Tells keys apart and says nothing of them: 32 hexadecimal digits.</summary>
    public string Id => _id ??= IdOf();

    /// <inheritdoc/>
    public SecretBytes Derive(string purpose)
    {
        var derived = new SecretBytes(Bytes);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Key.Span, derived.Span, "coffer-root-key-1"u8, Encoding.UTF8.GetBytes(purpose));
        return derived;
    }

    /// <summary>Draws a new key.</summary>
    public static RootKey Draw(string name)
    {
        var key = new SecretBytes(Bytes);
        RandomNumberGenerator.Fill(key.Span);
        return new RootKey(name, key);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Key.Dispose();
        GC.SuppressFinalize(this);
    }

    private string IdOf()
    {
        using var id = Derive("id");
        return Convert.ToHexStringLower(id.Span[..IdBytes]);
    }
}
