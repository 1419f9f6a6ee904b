using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>
/// The private options as JSON, the plaintext of every packet:
/// <c>{"symkey":"…","digest":"sha256:…","cipheroptions":{"nonce":"…"}}</c>, 193 bytes with a sha256 digest.
/// </summary>
internal static class PrivateOptions
{
    /// <summary>Far above what any writer makes, far below what could hurt.</summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>The exact bytes that Go's writer makes; the caller zeroes them.</summary>
    public static byte[] Write(LayerKey key)
    {
        Span<byte> text = stackalloc byte[512];
        var length = 0;
        Literal(text, ref length, "{\"symkey\":\"");
        Bytes(text, ref length, key.Key);
        Literal(text, ref length, "\",\"digest\":\"");
        Literal(text, ref length, key.PlainDigest?.ToString() ?? "");
        Literal(text, ref length, "\",\"cipheroptions\":{\"nonce\":\"");
        Bytes(text, ref length, key.Nonce);
        Literal(text, ref length, "\"}}");
        var json = text[..length].ToArray();
        CryptographicOperations.ZeroMemory(text);
        return json;
    }

    /// <summary>Reads what any known writer makes: members in any order and case, unknown ones ignored.</summary>
    /// <exception cref="MalformedLayerException">Not JSON, a duplicate, or a key or nonce that is missing or of the wrong size.</exception>
    public static LayerKey Read(ReadOnlyMemory<byte> utf8)
    {
        using var json = OptionsJson.Parse(utf8, "private options", MostBytes);
        var members = OptionsJson.Members(json.RootElement, "private options");
        var key = OptionsJson.Bytes(members, "symkey", "private options")
            ?? throw new MalformedLayerException("private options lack 'symkey'");
        byte[]? nonce = null;
        try
        {
            if (members.TryGetValue("cipheroptions", out var options) && options.ValueKind == JsonValueKind.Object)
            {
                nonce = OptionsJson.Bytes(OptionsJson.Members(options, "private cipheroptions"), "nonce", "private cipheroptions");
            }
            if (key.Length != AesCtr.KeyBytes) throw new MalformedLayerException($"private options hold a key of {key.Length} bytes where {AesCtr.KeyBytes} are needed");
            if (nonce?.Length != AesCtr.NonceBytes)
            {
                throw new MalformedLayerException(nonce is null ? "private options lack a nonce" : $"private options hold a nonce of {nonce.Length} bytes where {AesCtr.NonceBytes} are needed");
            }
            return new LayerKey(key, nonce, PlainDigest(members));
        }
        catch
        {
            CryptographicOperations.ZeroMemory(key);
            throw;
        }
    }

    private static Digest? PlainDigest(Dictionary<string, JsonElement> members)
    {
        var text = OptionsJson.Text(members, "digest", "private options");
        if (string.IsNullOrEmpty(text)) return null;
        return Digest.TryParse(text, out var digest) ? digest : throw new MalformedLayerException("private options hold a 'digest' that is none");
    }

    private static void Literal(Span<byte> text, ref int length, string literal) =>
        length += Encoding.ASCII.GetBytes(literal, text[length..]);

    private static void Bytes(Span<byte> text, ref int length, ReadOnlySpan<byte> value)
    {
        Base64.EncodeToUtf8(value, text[length..], out _, out var written);
        length += written;
    }
}
