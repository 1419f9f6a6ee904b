using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Coffer.Jose.Text;

namespace Coffer.Jose.Keys;

/// <summary>Key to JSON: `kty` first, then what the key says of itself, then its numbers.</summary>
internal static class JwkWriter
{
    public static byte[] Write(Jwk key, bool includePrivate)
    {
        var buffer = new ArrayBufferWriter<byte>(32 * 1024);
        using (var json = new Utf8JsonWriter(buffer, BoundedJson.Writer))
        {
            json.WriteStartObject();
            WriteMembers(json, key, includePrivate);
            json.WriteEndObject();
        }

        var bytes = buffer.WrittenSpan.ToArray();
        buffer.Clear(); // zeroes what was written
        return bytes;
    }

    /// <summary>
    /// The public members of an ephemeral key, in alphabetical order: some readers take the header apart and authenticate
    /// what they write again in that order, not what they received.
    /// </summary>
    public static void WriteEphemeral(Utf8JsonWriter json, EcKey key)
    {
        json.WriteString("crv", key.Curve.Name);
        json.WriteString("kty", "EC");
        Number(json, "x", key.X);
        Number(json, "y", key.Y);
    }

    /// <summary>RFC 7638: the required members in alphabetical order, without white space, hashed.</summary>
    public static byte[] Thumbprint(Jwk key, HashAlgorithmName hash)
    {
        var buffer = new ArrayBufferWriter<byte>(32 * 1024);
        using (var json = new Utf8JsonWriter(buffer, BoundedJson.Writer))
        {
            json.WriteStartObject();
            if (key.Rsa is { } rsa)
            {
                Number(json, "e", rsa.Parameters.Exponent);
                json.WriteString("kty", "RSA");
                Number(json, "n", rsa.Parameters.Modulus);
            }
            else if (key.Ec is { } ec)
            {
                json.WriteString("crv", ec.Curve.Name);
                json.WriteString("kty", "EC");
                Number(json, "x", ec.X);
                Number(json, "y", ec.Y);
            }
            else
            {
                Number(json, "k", key.Octets!.Value);
                json.WriteString("kty", "oct");
            }

            json.WriteEndObject();
        }

        var digest = CryptographicOperations.HashData(hash, buffer.WrittenSpan);
        buffer.Clear();
        return digest;
    }

    private static void WriteMembers(Utf8JsonWriter json, Jwk key, bool includePrivate)
    {
        json.WriteString("kty", key.Type switch { JwkType.Rsa => "RSA", JwkType.EllipticCurve => "EC", _ => "oct" });
        WriteMetadata(json, key);
        if (key.Rsa is { } rsa)
        {
            WriteRsa(json, rsa.Parameters, includePrivate);
        }
        else if (key.Ec is { } ec)
        {
            json.WriteString("crv", ec.Curve.Name);
            Number(json, "x", ec.X);
            Number(json, "y", ec.Y);
            Number(json, "d", includePrivate ? ec.D : null);
        }
        else
        {
            Number(json, "k", key.Octets!.Value);
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, Jwk key)
    {
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("use", key.Use), ("kid", key.KeyId), ("alg", key.Algorithm)])
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }

        if (key.Operations is { } operations)
        {
            json.WriteStartArray("key_ops");
            foreach (var operation in operations)
            {
                json.WriteStringValue(operation);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteRsa(Utf8JsonWriter json, RSAParameters rsa, bool includePrivate)
    {
        Number(json, "n", rsa.Modulus);
        Number(json, "e", rsa.Exponent);
        if (includePrivate)
        {
            Number(json, "d", rsa.D);
            Number(json, "p", rsa.P);
            Number(json, "q", rsa.Q);
            Number(json, "dp", rsa.DP);
            Number(json, "dq", rsa.DQ);
            Number(json, "qi", rsa.InverseQ);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, byte[]? value)
    {
        if (value is null)
        {
            return;
        }

        Span<byte> text = new byte[System.Buffers.Text.Base64Url.GetEncodedLength(value.Length)];
        System.Buffers.Text.Base64Url.EncodeToUtf8(value, text);
        json.WriteString(name, text);
        CryptographicOperations.ZeroMemory(text);
    }
}
