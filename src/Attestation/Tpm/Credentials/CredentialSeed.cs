using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Credentials;

/// <summary>The seed of a credential and its form for the endorsement key (TPM 2.0 Library Part 1, sections B.10.4 and C.6.4). The caller zeroes the seed.</summary>
internal static class CredentialSeed
{
    public static (byte[] Seed, byte[] Encrypted) Create(TpmPublic key)
    {
        try
        {
            return key.Key is TpmRsaKey rsa ? ForRsa(rsa, key.NameAlgorithm) : ForCurve((TpmEccKey)key.Key, key.NameAlgorithm);
        }
        catch (CryptographicException e)
        {
            throw new AttestationException(AttestationFault.Malformed, "the endorsement key is no key", inner: e);
        }
    }

    private static (byte[] Seed, byte[] Encrypted) ForRsa(TpmRsaKey key, TpmAlgorithm hash)
    {
        var seed = RandomNumberGenerator.GetBytes(TpmHash.Size(hash));
        using var writer = new TpmWriter();
        return (seed, writer.Sized(LabelledOaep.Encrypt(key.ToParameters(), hash, "IDENTITY\0"u8, seed)).ToArray());
    }

    private static (byte[] Seed, byte[] Encrypted) ForCurve(TpmEccKey key, TpmAlgorithm hash)
    {
        var theirs = key.ToParameters();
        using var lasting = ECDiffieHellman.Create(theirs);
        using var lastingPublic = lasting.PublicKey;
        using var ephemeral = ECDiffieHellman.Create(theirs.Curve);
        var ours = ephemeral.ExportParameters(includePrivateParameters: false).Q;
        var agreed = ephemeral.DeriveRawSecretAgreement(lastingPublic);
        try
        {
            var seed = KeyDerivation.FromPoint(hash, agreed, "IDENTITY"u8, ours.X, theirs.Q.X);
            using var point = new TpmWriter();
            using var writer = new TpmWriter();
            return (seed, writer.Sized(point.Sized(ours.X).Sized(ours.Y).Written).ToArray());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(agreed);
        }
    }
}
