namespace Coffer.Attestation.Tpm.Structures;

/// <summary>
/// TPMS_ATTEST (TPM 2.0 Library Part 2, section 10.12.8) of TPM2_Quote or TPM2_Certify: what a TPM signs. Parsed only; whether the
/// signature holds is the verifier's question.
/// </summary>
/// <param name="QualifiedSigner">Qualified name of the key that signed, as TPM2B_NAME holds it.</param>
/// <param name="ExtraData">The caller's qualifying data, at most 64 bytes.</param>
/// <param name="Counters">The TPM's clock and counters; obfuscated for keys outside the endorsement and platform hierarchies.</param>
/// <param name="FirmwareVersion">The vendor's; obfuscated likewise.</param>
/// <param name="Attested">What is attested.</param>
internal sealed record TpmAttest(
    ReadOnlyMemory<byte> QualifiedSigner, ReadOnlyMemory<byte> ExtraData, BootCounters Counters, ulong FirmwareVersion, TpmAttested Attested)
{
    /// <summary>The largest structure that is read, in bytes.</summary>
    public const int MostBytes = 2048;

    private const uint Magic = 0xff544347; // TPM_GENERATED_VALUE
    private const ushort Certify = 0x8017;
    private const ushort Quote = 0x8018;
    private const int MostNameBytes = 2 + TpmHash.MostBytes;

    /// <summary>Reads it; TPM_GENERATED_VALUE is checked, which a restricted key signs only when the TPM itself made the structure.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>, also where bytes follow;
    /// <see cref="AttestationFault.Unsupported"/>: neither a quote nor a certification.</exception>
    public static TpmAttest Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new TpmReader(bytes, "the attestation");
        if (bytes.Length > MostBytes) throw reader.Malformed($"has {bytes.Length} bytes, and {MostBytes} are the most");
        if (reader.ReadUInt32() != Magic) throw reader.Malformed("does not begin with TPM_GENERATED_VALUE: no TPM made it");
        var type = reader.ReadUInt16();
        if (type is not (Quote or Certify)) throw reader.Unsupported($"is of type 0x{type:x4}, neither a quote nor a certification");
        var signer = reader.ReadSized(MostNameBytes, "qualified signer").ToArray();
        var extra = reader.ReadSized(TpmHash.MostBytes, "extraData").ToArray();
        var (clock, resets, restarts) = (reader.ReadUInt64(), reader.ReadUInt32(), reader.ReadUInt32());
        var counters = new BootCounters(resets, restarts, clock, reader.ReadYesNo());
        var firmware = reader.ReadUInt64();
        TpmAttested attested = type == Quote
            ? new TpmQuoted(TpmPcrSelection.ReadList(ref reader), reader.ReadSized(TpmHash.MostBytes, "PCR digest").ToArray())
            : new TpmCertified(reader.ReadSized(MostNameBytes, "name").ToArray(), reader.ReadSized(MostNameBytes, "qualified name").ToArray());
        reader.End();
        return new TpmAttest(signer, extra, counters, firmware, attested);
    }
}
