using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Coffer.Jose;
using Coffer.KeyProvider.Memory;
using Coffer.KeyProvider.Packets;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>Reads the content of a key file: an AES-256 key in one of a few forms, told apart by what is there.</summary>
/// <param name="Form">How it was written.</param>
/// <param name="Key">32 bytes; the holder disposes them.</param>
/// <param name="ForeignKid">A JWK's <c>kid</c>: the name under which packets made elsewhere know the key; null where there is none.</param>
public sealed record KeyFileContent(KeyFileForm Form, LockedBytes Key, string? ForeignKid) : IDisposable
{
    /// <summary>The length of every key, in bytes.</summary>
    public const int KeyBytes = PacketCipher.KeyBytes;

    /// <summary>The largest key file, in bytes.</summary>
    public const int MostBytes = 4096;

    private const int MostKidCharacters = 1024;

    /// <summary>Reads a key; nothing of it stays in memory but <see cref="Key"/>.</summary>
    /// <param name="content">Zeroed by the caller.</param>
    /// <exception cref="FormatException">It is none; the message says why and carries nothing of the content.</exception>
    public static KeyFileContent Parse(ReadOnlySpan<byte> content)
    {
        if (content.Length > MostBytes) throw new FormatException($"has more than {MostBytes} bytes");
        if (content.Length == KeyBytes) return new KeyFileContent(KeyFileForm.Raw, new LockedBytes(content), null);
        var text = content.Trim(" \t\r\n"u8);
        if (text.IsEmpty) throw new FormatException("is empty");
        if (text[0] == '{') return ParseJwk(text);
        return ParseHex(text) ?? ParseBase64(text) ?? throw new FormatException(
            $"has {content.Length} bytes and is neither a key of {KeyBytes} bytes nor base64 text of one nor a JWK");
    }

    /// <summary>Whether a text may be a foreign kid: 1 to 1024 characters, none of them a control character.</summary>
    public static bool IsKid(string text) => text.Length is > 0 and <= MostKidCharacters && !text.Any(char.IsControl);

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();

    private static KeyFileContent? ParseHex(ReadOnlySpan<byte> text)
    {
        if (text.Length != 2 * KeyBytes) return null;
        Span<byte> key = stackalloc byte[KeyBytes];
        try
        {
            return Convert.FromHexString(text, key, out _, out var written) == OperationStatus.Done && written == KeyBytes
                ? new KeyFileContent(KeyFileForm.Hex, new LockedBytes(key), null)
                : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static KeyFileContent? ParseBase64(ReadOnlySpan<byte> text)
    {
        // Base64Url reads with or without padding; the other alphabet becomes that one first.
        if (text.Length > Base64Url.GetEncodedLength(KeyBytes) + 1) return null;
        Span<byte> url = stackalloc byte[text.Length];
        Span<byte> key = stackalloc byte[KeyBytes + 3];
        try
        {
            text.CopyTo(url);
            url.Replace((byte)'+', (byte)'-');
            url.Replace((byte)'/', (byte)'_');
            return Base64Url.DecodeFromUtf8(url, key, out var read, out var written) == OperationStatus.Done && read == url.Length && written == KeyBytes
                ? new KeyFileContent(KeyFileForm.Base64, new LockedBytes(key[..KeyBytes]), null)
                : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(url);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static KeyFileContent ParseJwk(ReadOnlySpan<byte> text)
    {
        var json = GC.AllocateUninitializedArray<byte>(text.Length, pinned: true);
        text.CopyTo(json);
        byte[]? key = null;
        try
        {
            using var jwk = Jwk.Parse(json);
            if (jwk.Type != JwkType.Symmetric) throw new FormatException("is a JWK of another type than oct");
            key = jwk.ExportSymmetric();
            if (key.Length != KeyBytes) throw new FormatException($"is a JWK of {key.Length} bytes where AES-256 has {KeyBytes}");
            if (jwk.KeyId is { } kid && !IsKid(kid))
            {
                throw new FormatException($"has a kid that is empty, holds control characters or is longer than {MostKidCharacters} characters");
            }
            return new KeyFileContent(KeyFileForm.Jwk, new LockedBytes(key), jwk.KeyId);
        }
        catch (JoseException e)
        {
            throw new FormatException($"is no usable JWK: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
