using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Coffer.Pkcs11;
using Coffer.Pkcs11.Configuration;
using Coffer.Pkcs11.Keys;

namespace Coffer.KeyBroker.RootKeys.Pkcs11;

/// <summary>
/// 32 bytes wrapped by a token's key: AES-256-GCM in the token where its URI does not say <c>type=private</c>; otherwise RSA-OAEP to the
/// public half, in software, which tokens take that choose nonces themselves. OAEP is with SHA-1, all that some tokens know; it does not
/// rest on that hash's collision resistance.
/// </summary>
internal static class TokenWrapping
{
    private const string AesGcm = "aes-256-gcm";
    private const string RsaOaep = "rsa-oaep";
    private const int NonceBytes = 12;

    /// <exception cref="Pkcs11Exception">The token refuses, or is gone.</exception>
    public static JsonObject Wrap(Pkcs11KeyFile key, OcicryptConfig config, ReadOnlySpan<byte> secret)
    {
        if (key.Uri.Type == "private")
        {
            using var rsa = Pkcs11RsaKey.ReadPublic(key, config);
            return Document(RsaOaep, key, [], rsa.Encrypt(secret, RSAEncryptionPadding.OaepSHA1));
        }
        using var aes = Pkcs11AesKey.Open(key, config);
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        return Document(AesGcm, key, nonce, aes.Encrypt(nonce, secret));
    }

    /// <summary>The secret, which the caller zeroes.</summary>
    /// <exception cref="Pkcs11Exception">The token refuses, is gone, or has another key.</exception>
    /// <exception cref="BrokerException">Exit status 4: the file does not read.</exception>
    public static byte[] Unwrap(string path, Pkcs11KeyFile key, OcicryptConfig config, JsonObject document)
    {
        var (mechanism, nonce, wrapped) = Read(path, document);
        if (mechanism == RsaOaep)
        {
            using var rsa = Pkcs11RsaKey.OpenPrivate(key, config);
            return rsa.DecryptOaep(wrapped, OaepHash.Sha1);
        }
        using var aes = Pkcs11AesKey.Open(key, config);
        return aes.Decrypt(nonce, wrapped) ?? throw new Pkcs11Exception($"the key {key.Uri} is not the one that wrapped it");
    }

    private static JsonObject Document(string mechanism, Pkcs11KeyFile key, byte[] nonce, byte[] wrapped) => new()
    {
        ["mechanism"] = mechanism, ["key"] = key.Uri.ToString(), ["nonce"] = Convert.ToBase64String(nonce), ["wrapped"] = Convert.ToBase64String(wrapped),
    };

    private static (string Mechanism, byte[] Nonce, byte[] Wrapped) Read(string path, JsonObject json)
    {
        try
        {
            var mechanism = (string)json["mechanism"]!;
            var nonce = Convert.FromBase64String((string)json["nonce"]!);
            if (mechanism is not (AesGcm or RsaOaep) || nonce.Length != (mechanism == AesGcm ? NonceBytes : 0)) throw new FormatException("another mechanism");
            return (mechanism, nonce, Convert.FromBase64String((string)json["wrapped"]!));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or NullReferenceException)
        {
            throw SealedKeyFile.Damaged(path, e);
        }
    }
}
