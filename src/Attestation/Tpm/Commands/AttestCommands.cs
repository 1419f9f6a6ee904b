using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>What a TPM attested, as it came.</summary>
/// <param name="Message">The TPMS_ATTEST that is signed, bytes as signed.</param>
/// <param name="Signature">The TPMT_SIGNATURE, bytes as they came.</param>
internal sealed record Attestation(byte[] Message, byte[] Signature)
{
    /// <summary>The message taken apart.</summary>
    public TpmAttest Parse() => TpmAttest.Parse(Message);
}

/// <summary>TPM2_Quote and TPM2_Certify (TPM 2.0 Library Part 3, sections 18.4 and 18.2), with the scheme of the key that signs.</summary>
internal static class AttestCommands
{
    /// <summary>Signs the values of registers.</summary>
    public static async Task<Attestation> QuoteAsync(
        this TpmConnection tpm, LoadedKey ak, ReadOnlyMemory<byte> extraData, IReadOnlyList<TpmPcrSelection> selections, CancellationToken cancellationToken)
    {
        var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.Quote)
        {
            Handles = [ak.Handle],
            Authorizations = [EmptyPassword.Instance],
            Parameters = TpmCommand.Write(w => TpmPcrSelection.WriteList(w.Sized(extraData.Span).Algorithm(TpmAlgorithm.Null), selections)),
        }, cancellationToken).ConfigureAwait(false);
        return Read(response.Parameters);
    }

    /// <summary>Signs that a loaded key is in this TPM, with its name.</summary>
    public static async Task<Attestation> CertifyAsync(
        this TpmConnection tpm, LoadedKey certified, LoadedKey ak, ReadOnlyMemory<byte> extraData, CancellationToken cancellationToken)
    {
        var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.Certify)
        {
            Handles = [certified.Handle, ak.Handle],
            Authorizations = [EmptyPassword.Instance, EmptyPassword.Instance],
            Parameters = TpmCommand.Write(w => w.Sized(extraData.Span).Algorithm(TpmAlgorithm.Null)),
        }, cancellationToken).ConfigureAwait(false);
        return Read(response.Parameters);
    }

    private static Attestation Read(byte[] parameters)
    {
        var reader = new TpmReader(parameters, "what the TPM attested");
        var message = reader.ReadSized(TpmAttest.MostBytes, "message").ToArray();
        var signature = TpmSignature.Parse(reader.ReadBytes(reader.Remaining));
        return new Attestation(message, signature.ToBytes());
    }
}
