using System.Text;
using System.Text.Json;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>
/// The public options of an encrypted layer, the value of <see cref="EncAnnotations.PublicOptions"/>: base64 of
/// <c>{"cipher":"AES_256_CTR_HMAC_SHA256","hmac":"…","cipheroptions":{}}</c>. Nothing authenticates them, so they may
/// not carry a nonce: whoever could set one would choose what a good MAC decrypts to.
/// </summary>
public sealed class PublicOptions
{
    /// <summary>The only layer cipher of the format.</summary>
    public const string CipherName = "AES_256_CTR_HMAC_SHA256";

    internal const int MacBytes = 32;
    private const int MostCharacters = 16 * 1024;

    private readonly byte[] _mac;

    private PublicOptions(string cipher, byte[] mac)
    {
        Cipher = cipher;
        _mac = mac;
    }

    /// <summary>The name of the cipher, always <see cref="CipherName"/>.</summary>
    public string Cipher { get; }

    /// <summary>HMAC-SHA-256 of the ciphertext, 32 bytes.</summary>
    public ReadOnlySpan<byte> Mac => _mac;

    /// <summary>The annotation's value for a finished layer.</summary>
    /// <param name="mac">32 bytes.</param>
    public static string Write(ReadOnlySpan<byte> mac) => Convert.ToBase64String(Encoding.ASCII.GetBytes(
        $"{{\"cipher\":\"{CipherName}\",\"hmac\":\"{Convert.ToBase64String(mac)}\",\"cipheroptions\":{{}}}}"));

    /// <summary>Reads the annotation's value.</summary>
    /// <exception cref="MalformedLayerException">Missing, not base64, not JSON, an unknown cipher, a MAC of the wrong size, or a nonce.</exception>
    public static PublicOptions Read(string? annotation)
    {
        if (string.IsNullOrEmpty(annotation)) throw new MalformedLayerException($"annotation {EncAnnotations.PublicOptions} is missing");
        if (annotation.Length > MostCharacters) throw new MalformedLayerException($"annotation {EncAnnotations.PublicOptions} has {annotation.Length} characters; the most that is read is {MostCharacters}");
        byte[] text;
        try
        {
            text = Convert.FromBase64String(annotation);
        }
        catch (FormatException e)
        {
            throw new MalformedLayerException($"annotation {EncAnnotations.PublicOptions} is not base64", inner: e);
        }
        using var json = OptionsJson.Parse(text, "public options", MostCharacters);
        var members = OptionsJson.Members(json.RootElement, "public options");
        var cipher = OptionsJson.Text(members, "cipher", "public options");
        if (string.IsNullOrEmpty(cipher)) throw new MalformedLayerException("public options name no cipher");
        if (cipher != CipherName) throw new UnknownCipherException(cipher);
        RefuseNonce(members);
        var mac = OptionsJson.Bytes(members, "hmac", "public options");
        if (mac?.Length != MacBytes)
        {
            throw new MalformedLayerException(mac is null ? "public options lack 'hmac'" : $"public options hold a MAC of {mac.Length} bytes where {MacBytes} are needed");
        }
        return new PublicOptions(cipher, mac);
    }

    private static void RefuseNonce(Dictionary<string, JsonElement> members)
    {
        if (!members.TryGetValue("cipheroptions", out var options) || options.ValueKind == JsonValueKind.Null) return;
        if (OptionsJson.Members(options, "public cipheroptions").ContainsKey("nonce"))
        {
            throw new MalformedLayerException(
                "public options carry a nonce, which nothing authenticates", "somebody may be trying to make the layer decrypt to garbage; the image is refused");
        }
    }
}
