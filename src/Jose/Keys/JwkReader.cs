using System.Security.Cryptography;
using System.Text.Json;
using Coffer.Jose.Text;

namespace Coffer.Jose.Keys;

/// <summary>JSON to key, RFC 7517 and RFC 7518 section 6. Unknown members are ignored, as RFC 7517 section 4 asks.</summary>
internal static class JwkReader
{
    public const int MaxBytes = 64 * 1024;
    private const string What = "JWK";

    public static Jwk Read(ReadOnlyMemory<byte> json) => BoundedJson.ReadObject(json, MaxBytes, What, ReadKey);

    /// <summary>Reads a key that stands inside a bigger document, such as `epk`.</summary>
    public static Jwk ReadKey(JsonElement json)
    {
        if (!json.TryGetProperty("kty", out _) && json.TryGetProperty("keys", out _))
        {
            throw JoseException.Unsupported("JWK: this is a set of keys, give one key of it");
        }

        var metadata = new JwkMetadata(
            BoundedJson.OptionalString(json, "alg", What),
            BoundedJson.OptionalString(json, "kid", What),
            BoundedJson.OptionalString(json, "use", What),
            ReadOperations(json));
        return BoundedJson.RequiredString(json, "kty", What) switch
        {
            "RSA" => new Jwk(ReadRsa(json), metadata),
            "EC" => new Jwk(ReadEc(json), metadata),
            "oct" => new Jwk(SymmetricKey.Create(BoundedJson.RequiredBytes(json, "k", What)), metadata),
            "OKP" => throw JoseException.Unsupported("JWK: key type \"OKP\" (Ed25519, X25519) is not supported here"),
            _ => throw JoseException.Unsupported("JWK: \"kty\" is none of RSA, EC and oct"),
        };
    }

    private static RsaKey ReadRsa(JsonElement json)
    {
        if (json.TryGetProperty("oth", out _))
        {
            throw JoseException.Unsupported("JWK: RSA keys with more than two primes (\"oth\") are not supported");
        }

        var parameters = new RSAParameters
        {
            Modulus = BoundedJson.RequiredBytes(json, "n", What),
            Exponent = BoundedJson.RequiredBytes(json, "e", What),
            D = BoundedJson.OptionalBytes(json, "d", What),
            P = BoundedJson.OptionalBytes(json, "p", What),
            Q = BoundedJson.OptionalBytes(json, "q", What),
            DP = BoundedJson.OptionalBytes(json, "dp", What),
            DQ = BoundedJson.OptionalBytes(json, "dq", What),
            InverseQ = BoundedJson.OptionalBytes(json, "qi", What),
        };
        if (parameters.D is null && (parameters.P ?? parameters.Q ?? parameters.DP ?? parameters.DQ ?? parameters.InverseQ) is not null)
        {
            throw JoseException.Malformed("JWK: a private RSA key lacks \"d\"");
        }

        return RsaKey.Create(parameters);
    }

    private static EcKey ReadEc(JsonElement json)
    {
        var name = BoundedJson.RequiredString(json, "crv", What);
        var curve = EcCurve.ByName(name)
            ?? throw JoseException.Unsupported("JWK: \"crv\" is none of P-256, P-384 and P-521");
        return EcKey.Create(
            curve,
            BoundedJson.RequiredBytes(json, "x", What),
            BoundedJson.RequiredBytes(json, "y", What),
            BoundedJson.OptionalBytes(json, "d", What));
    }

    private static string[]? ReadOperations(JsonElement json)
    {
        if (!json.TryGetProperty("key_ops", out var list))
        {
            return null;
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > 32)
        {
            throw JoseException.Malformed("JWK: \"key_ops\" is not a short array");
        }

        var operations = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            var operation = item.ValueKind == JsonValueKind.String ? item.GetString()! : throw JoseException.Malformed("JWK: \"key_ops\" holds something that is not a string");
            if (operations.Contains(operation))
            {
                throw JoseException.Malformed("JWK: \"key_ops\" names an operation twice");
            }

            operations.Add(operation);
        }

        return [.. operations];
    }
}
