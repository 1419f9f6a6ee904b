using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys;

/// <summary>What a JSON file holds.</summary>
internal enum JsonFileKind
{
    /// <summary>No key.</summary>
    Unknown,

    /// <summary>One JWK.</summary>
    Key,

    /// <summary>A JWK set (RFC 7517 section 5).</summary>
    Set,

    /// <summary>A JWE, perhaps around a key.</summary>
    Encrypted,

    /// <summary>A PKCS#11 key file: YAML takes JSON too.</summary>
    Pkcs11,
}

/// <summary>JWK and JWK set files.</summary>
internal static class JwkFile
{
    public const int MaxKeys = 64;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>
    /// Every key of the file. In a set, keys that cannot be used (they are often for signatures) are warned about and left out;
    /// alone, such a key is an error.
    /// </summary>
    /// <param name="json">The file, trimmed; at most <see cref="KeyFile.MaxBytes"/>.</param>
    /// <param name="wrong">Makes the error for something wrong with the file.</param>
    /// <param name="warn">Takes why a key of a set is left out.</param>
    /// <param name="kind">What the file is; only for the first two kinds there can be keys.</param>
    public static IReadOnlyList<Jwk> Read(ReadOnlyMemory<byte> json, Func<string, Exception, CofferException> wrong, Action<string> warn, out JsonFileKind kind)
    {
        var keys = new List<Jwk>();
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            var root = document.RootElement;
            kind = KindOf(root);
            if (kind == JsonFileKind.Key) keys.Add(Parse(root));
            if (kind == JsonFileKind.Set) ReadSet(root.GetProperty("keys"), keys, warn);
            return keys;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            keys.ForEach(k => k.Dispose());
            throw wrong("is not well-formed JSON", e);
        }
        catch (JoseException e)
        {
            keys.ForEach(k => k.Dispose());
            throw wrong($"has a key that cannot be used: {e.Message}", e);
        }
    }

    private static JsonFileKind KindOf(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return JsonFileKind.Unknown;
        if (root.TryGetProperty("kty", out _)) return JsonFileKind.Key;
        if (root.TryGetProperty("keys", out _)) return JsonFileKind.Set;
        if (root.TryGetProperty("pkcs11", out _)) return JsonFileKind.Pkcs11;
        return root.TryGetProperty("ciphertext", out _) ? JsonFileKind.Encrypted : JsonFileKind.Unknown;
    }

    private static void ReadSet(JsonElement list, List<Jwk> keys, Action<string> warn)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxKeys)
        {
            throw new JoseException(JoseError.Malformed, $"\"keys\" is not a list of at most {MaxKeys}");
        }
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            try
            {
                keys.Add(Parse(item));
            }
            catch (JoseException e)
            {
                warn($"key {index} of the set is not used: {e.Message}");
            }
            index++;
        }
    }

    private static Jwk Parse(JsonElement key)
    {
        var raw = JsonMarshal.GetRawUtf8Value(key).ToArray();
        try
        {
            return Jwk.Parse(raw);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(raw);
        }
    }
}
