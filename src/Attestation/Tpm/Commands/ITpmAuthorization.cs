using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>
/// One entry of a command's authorization area, and of its response's (TPM 2.0 Library Part 1, section 19). The one that encrypts
/// comes first among a command's, since a first session would otherwise have to take in the nonces of those that do.
/// </summary>
internal interface ITpmAuthorization
{
    /// <summary>Writes TPMS_AUTH_COMMAND, with a nonce drawn anew.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="parts">What the HMAC is over: command code, names, parameters.</param>
    void Write(TpmWriter writer, ReadOnlySpan<byte> parts);

    /// <summary>Reads and checks TPMS_AUTH_RESPONSE.</summary>
    /// <param name="reader">Stands before it.</param>
    /// <param name="parts">What the HMAC is over: response code, command code, parameters as received.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Untrusted"/>: the HMAC does not hold.</exception>
    void Read(ref TpmReader reader, ReadOnlySpan<byte> parts);
}
