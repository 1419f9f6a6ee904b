using System.Security.Cryptography;
using System.Text.Json;
using Coffer.Jose.Keys;
using Coffer.Jose.Text;

namespace Coffer.Jose.Encryption;

/// <summary>ECDH-ES, RFC 7518 section 4.6: the sender's ephemeral key and the party infos that go into the derivation.</summary>
internal sealed record KeyAgreement(EcKey Ephemeral, byte[] PartyUInfo, byte[] PartyVInfo)
{
    private const int MaxPartyInfoBytes = 1024;

    /// <summary>Reads `epk`, `apu` and `apv` of a header; an unusable one is a <see cref="JoseException"/>.</summary>
    public static KeyAgreement Read(JoseHeader header)
    {
        var epk = header.Find("epk") ?? throw JoseException.Malformed("header: \"epk\" is missing");
        if (epk.ValueKind != JsonValueKind.Object)
        {
            throw JoseException.Malformed("header: \"epk\" is not a key");
        }

        using var key = JwkReader.ReadKey(epk);
        if (key.Ec is null || key.HasPrivateKey)
        {
            throw JoseException.Malformed("header: \"epk\" is not a public EC key");
        }

        return new KeyAgreement(key.Ec, PartyInfo(header, "apu"), PartyInfo(header, "apv"));
    }

    /// <summary>Derives <paramref name="keyBytes"/> bytes from one side's private key and the other's public one.</summary>
    public static byte[] Derive(
        ECDiffieHellman own, EcKey other, string algorithm, ReadOnlySpan<byte> partyUInfo, ReadOnlySpan<byte> partyVInfo, int keyBytes)
    {
        using var peer = ECDiffieHellman.Create(other.Public);
        var agreed = own.DeriveRawSecretAgreement(peer.PublicKey);
        var padded = new byte[other.Curve.FieldBytes];
        try
        {
            // Z is as long as the field, with leading zeros kept.
            agreed.CopyTo(padded.AsSpan(padded.Length - agreed.Length));
            return ConcatKdf.Derive(padded, algorithm, partyUInfo, partyVInfo, keyBytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(agreed);
            CryptographicOperations.ZeroMemory(padded);
        }
    }

    private static byte[] PartyInfo(JoseHeader header, string name)
    {
        if (!header.Contains(name))
        {
            return [];
        }

        var text = header.GetString(name) ?? throw JoseException.Malformed($"header: \"{name}\" is not a string");
        var info = StrictBase64Url.Decode(text, $"header: \"{name}\"");
        return info.Length <= MaxPartyInfoBytes
            ? info
            : throw JoseException.Malformed($"header: \"{name}\" is longer than {MaxPartyInfoBytes} bytes");
    }
}
