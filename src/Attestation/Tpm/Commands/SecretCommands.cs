using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>TPM2_ActivateCredential and TPM2_RSA_Decrypt (TPM 2.0 Library Part 3, sections 12.5 and 14.3): the ones that answer a
/// secret, which therefore travels encrypted.</summary>
internal static class SecretCommands
{
    private const int MostSecretBytes = 512;

    /// <summary>Opens a credential.</summary>
    /// <param name="tpm">The TPM.</param>
    /// <param name="ak">The key whose name the credential was made for.</param>
    /// <param name="akSession">Authorizes for it, and encrypts the response.</param>
    /// <param name="ek">The key that the credential was made to.</param>
    /// <param name="ekAuthorization">Authorizes for that one.</param>
    /// <param name="credential">Content of TPM2B_ID_OBJECT, without its length.</param>
    /// <param name="secret">Content of TPM2B_ENCRYPTED_SECRET, without its length.</param>
    /// <param name="cancellationToken">Asked before the command.</param>
    /// <returns>The secret in the credential, which the caller zeroes.</returns>
    public static async Task<byte[]> ActivateCredentialAsync(
        this TpmConnection tpm, LoadedKey ak, TpmSession akSession, LoadedKey ek, ITpmAuthorization ekAuthorization,
        ReadOnlyMemory<byte> credential, ReadOnlyMemory<byte> secret, CancellationToken cancellationToken)
    {
        akSession.EncryptsResponse = true;
        var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.ActivateCredential)
        {
            Handles = [ak.Handle, ek.Handle],
            Authorizations = [akSession, ekAuthorization],
            Parameters = TpmCommand.Write(w => w.Sized(credential.Span).Sized(secret.Span)),
        }, cancellationToken).ConfigureAwait(false);
        return ReadSecret(response.Parameters);
    }

    /// <summary>Decrypts with RSA-OAEP, SHA-256 and an empty label.</summary>
    /// <returns>The cleartext, which the caller zeroes; null where padding or length is wrong.</returns>
    public static async Task<byte[]?> RsaDecryptAsync(
        this TpmConnection tpm, LoadedKey key, TpmSession session, ReadOnlyMemory<byte> ciphertext, CancellationToken cancellationToken)
    {
        const uint wrongValue = 0x084; // TPM_RC_VALUE
        const uint wrongSize = 0x095; // TPM_RC_SIZE
        const uint failure = 0x101; // TPM_RC_FAILURE: libtpms says so of wrong padding; a TPM in failure mode would not have come so far
        session.EncryptsResponse = true;
        try
        {
            var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.RsaDecrypt)
            {
                Handles = [key.Handle],
                Authorizations = [session],
                Parameters = TpmCommand.Write(w => w.Sized(ciphertext.Span).Algorithm(TpmAlgorithm.Oaep).Algorithm(TpmAlgorithm.Sha256).Sized([])),
            }, cancellationToken).ConfigureAwait(false);
            return ReadSecret(response.Parameters);
        }
        catch (TpmCommandException e) when (e.Code.Kind is wrongValue or wrongSize or failure)
        {
            return null;
        }
    }

    private static byte[] ReadSecret(byte[] parameters)
    {
        try
        {
            var reader = new TpmReader(parameters, "the secret that the TPM answered");
            var secret = reader.ReadSized(MostSecretBytes, "content");
            reader.End();
            return secret.ToArray();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters);
        }
    }
}
