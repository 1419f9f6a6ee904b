using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>Sessions and their policies (TPM 2.0 Library Part 3, sections 11.1, 23.4 and 23.7).</summary>
internal static class SessionCommands
{
    private const byte Hmac = 0;
    private const byte Policy = 1;

    /// <summary>TPM2_StartAuthSession for authorizing with (empty) authorization values.</summary>
    /// <param name="tpm">The TPM; it keeps the session, which ends with the connection.</param>
    /// <param name="saltKey">A loaded decryption key on an elliptic curve.</param>
    /// <param name="cancellationToken">Asked before the command.</param>
    public static Task<TpmSession> StartHmacSessionAsync(this TpmConnection tpm, LoadedKey saltKey, CancellationToken cancellationToken) =>
        StartAsync(tpm, saltKey, Hmac, cancellationToken);

    /// <summary>TPM2_StartAuthSession for authorizing by policy; parameters as of <see cref="StartHmacSessionAsync"/>.</summary>
    public static Task<TpmSession> StartPolicySessionAsync(this TpmConnection tpm, LoadedKey saltKey, CancellationToken cancellationToken) =>
        StartAsync(tpm, saltKey, Policy, cancellationToken);

    /// <summary>TPM2_PolicySecret with the (empty) authorization value of a hierarchy.</summary>
    public static async Task PolicySecretAsync(this TpmConnection tpm, TpmSession session, TpmHandle hierarchy, CancellationToken cancellationToken)
    {
        var nonce = session.NonceTpm.ToArray();
        await tpm.RunAsync(new TpmCommand(TpmCommandCode.PolicySecret)
        {
            Handles = [hierarchy, session.Handle],
            Authorizations = [EmptyPassword.Instance],
            // No digest of the command's parameters, no reference, no expiry.
            Parameters = TpmCommand.Write(w => w.Sized(nonce).Sized([]).Sized([]).UInt32(0)),
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>TPM2_PolicyPCR with the values that the registers have now.</summary>
    public static async Task PolicyPcrAsync(this TpmConnection tpm, TpmSession session, IReadOnlyList<TpmPcrSelection> selections, CancellationToken cancellationToken) =>
        await tpm.RunAsync(new TpmCommand(TpmCommandCode.PolicyPcr)
        {
            Handles = [session.Handle],
            Parameters = TpmCommand.Write(w => TpmPcrSelection.WriteList(w.Sized([]), selections)),
        }, cancellationToken).ConfigureAwait(false);

    private static async Task<TpmSession> StartAsync(TpmConnection tpm, LoadedKey saltKey, byte type, CancellationToken cancellationToken)
    {
        using var salt = SessionSalt.For(saltKey.Public);
        var nonceCaller = RandomNumberGenerator.GetBytes(TpmSession.NonceBytes);
        var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.StartAuthSession)
        {
            Handles = [saltKey.Handle, TpmHandle.Null],
            Parameters = TpmCommand.Write(w =>
            {
                TpmSymmetric.Aes128Cfb.Write(w.Sized(nonceCaller).Sized(salt.Encrypted).Byte(type));
                w.Algorithm(TpmSession.Hash);
            }),
            AnswersHandle = true,
        }, cancellationToken).ConfigureAwait(false);
        return tpm.Keep(new TpmSession(response.Handle, salt, nonceCaller, NonceOf(response.Parameters)));
    }

    private static byte[] NonceOf(byte[] parameters)
    {
        var reader = new TpmReader(parameters, "the response to StartAuthSession");
        var nonce = reader.ReadSized(TpmHash.MostBytes, "nonce").ToArray();
        reader.End();
        return nonce;
    }
}
