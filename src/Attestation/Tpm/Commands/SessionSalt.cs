using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>
/// A secret that this process and the TPM share, so that who listens between them learns nothing of a session's keys: agreed with an
/// elliptic-curve key in the TPM (TPM 2.0 Library Part 1, sections 19.6.13 and C.6.3). The holder disposes it.
/// </summary>
internal sealed class SessionSalt : IDisposable
{
    private SessionSalt(byte[] salt, byte[] encrypted) => (Value, Encrypted) = (salt, encrypted);

    /// <summary>The secret.</summary>
    public byte[] Value { get; }

    /// <summary>What tells it to the TPM: the content of TPM2B_ENCRYPTED_SECRET.</summary>
    public byte[] Encrypted { get; }

    /// <summary>Draws one.</summary>
    /// <param name="key">The public area of a decryption key that is loaded in the TPM, on an elliptic curve.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: it is no such key.</exception>
    public static SessionSalt For(TpmPublic key)
    {
        if (key.Key is not TpmEccKey curve) throw new AttestationException(AttestationFault.Malformed, "the TPM made a storage key that is not on an elliptic curve");
        try
        {
            var theirs = curve.ToParameters();
            using var lasting = ECDiffieHellman.Create(theirs);
            using var ephemeral = ECDiffieHellman.Create(theirs.Curve);
            using var lastingPublic = lasting.PublicKey;
            var ours = ephemeral.ExportParameters(includePrivateParameters: false).Q;
            var z = ephemeral.DeriveRawSecretAgreement(lastingPublic);
            var salt = KeyDerivation.FromPoint(key.NameAlgorithm, z, "SECRET"u8, ours.X, theirs.Q.X);
            CryptographicOperations.ZeroMemory(z);
            return new SessionSalt(salt, TpmCommand.Write(w => w.Sized(ours.X).Sized(ours.Y)));
        }
        catch (CryptographicException e)
        {
            throw new AttestationException(AttestationFault.Malformed, "the TPM made a storage key that is no point of its curve", inner: e);
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(Value);
}
