using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.Attestation.Protocol.Json;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>
/// The document <c>primary_evidence</c> of a TPM, taken apart: the members of CoCo's form, and ours below <c>coffer</c>. Bounded, not
/// yet believed.
/// </summary>
internal sealed record TpmEvidence
{
    /// <summary>The longest event log, in bytes.</summary>
    public const int MostLogBytes = 1024 * 1024;

    /// <summary>How much of the report's digest CoCo's quote and the certification carry, in bytes.</summary>
    public const int ExtraDataBytes = 32;

    private const int MostBlobBytes = 2048, MostUuidCharacters = 64;
    private const string What = "the TPM's evidence";

    /// <summary>SubjectPublicKeyInfo of an RSA attestation key.</summary>
    public byte[]? BareKey { get; private init; }

    /// <summary>CoCo's quote: sha256, by an RSA key.</summary>
    public QuoteEvidence? Quote { get; private init; }

    /// <summary>The attestation key's public area.</summary>
    public TpmPublic? Key { get; private init; }

    /// <summary>Our quote, over further banks.</summary>
    public QuoteEvidence? SecondQuote { get; private init; }

    public BindingKeyEvidence? BindingKey { get; private init; }

    public byte[]? EventLog { get; private init; }

    public string? HostUuid { get; private init; }

    public static TpmEvidence Read(JsonElement element)
    {
        var json = new MessageObject(element, What);
        var evidence = new TpmEvidence { BareKey = json.OptionalBytes("ak_public", MostBlobBytes), Quote = ReadQuote(json) };
        if (json.OptionalObject("coffer") is { } ours) evidence = ReadOurs(evidence, ours);
        if (evidence.Quote is null == evidence.BareKey is not null) throw json.Wrong("has one of 'ak_public' and 'tpm_quote' without the other");
        if (evidence.Quote is null && evidence.SecondQuote is null) throw json.Wrong("holds no quote");
        if (evidence.HostUuid is not null && evidence.SecondQuote is null) throw json.Wrong("has a 'host_uuid' that no quote binds");
        return evidence;
    }

    /// <summary>What our quote carries: SHA-256 of a context, the digest, and the hash of the host UUID.</summary>
    public static byte[] SecondBinding(ReadOnlySpan<byte> digest, string? hostUuid)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("coffer-tpm-evidence-1\0"u8);
        hash.AppendData(digest);
        hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(hostUuid ?? "")));
        return hash.GetHashAndReset();
    }

    private static QuoteEvidence? ReadQuote(MessageObject json) => json.OptionalObject("tpm_quote") is { } quote
        ? new QuoteEvidence(quote.Bytes("message", MostBlobBytes), quote.Bytes("signature", MostBlobBytes), [Bank(quote, "pcrs", TpmAlgorithm.Sha256)], "the quote")
        : null;

    private static TpmEvidence ReadOurs(TpmEvidence evidence, MessageObject ours) => evidence with
    {
        Key = TpmPublic.ParseSized(ours.Bytes("ak", MostBlobBytes)),
        BindingKey = ours.OptionalObject("binding_key") is { } binding ? ReadBindingKey(binding) : null,
        EventLog = ours.OptionalBytes("event_log", MostLogBytes),
        HostUuid = ours.OptionalText("host_uuid", MostUuidCharacters) is { } uuid ? CheckedUuid(ours, uuid) : null,
        SecondQuote = ours.OptionalObject("quote") is { } quote ? ReadSecondQuote(quote) : null,
    };

    private static QuoteEvidence ReadSecondQuote(MessageObject quote)
    {
        var banks = quote.Object("banks");
        return new QuoteEvidence(
            quote.Bytes("message", MostBlobBytes), quote.Bytes("signature", MostBlobBytes),
            [.. TpmHash.All.Where(hash => banks.Has(TpmHash.Name(hash))).Select(hash => Bank(banks, TpmHash.Name(hash), hash))], "the second quote");
    }

    private static BindingKeyEvidence ReadBindingKey(MessageObject binding) => new(
        TpmPublic.ParseSized(binding.Bytes("public", MostBlobBytes)), binding.Bytes("attest", MostBlobBytes), binding.Bytes("signature", MostBlobBytes),
        binding.Has("pcrs") ? ReadRegisters(binding) : null);

    private static List<int> ReadRegisters(MessageObject binding)
    {
        var registers = new List<int>();
        foreach (var item in binding.Array("pcrs", TpmPcrSelection.Registers))
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var register) || register is < 0 or >= TpmPcrSelection.Registers || registers.Contains(register))
                throw binding.Wrong("'pcrs' is not a list of PCR numbers, each once");
            registers.Add(register);
        }
        return registers.Count > 0 ? registers : throw binding.Wrong("'pcrs' is empty");
    }

    private static TpmPcrValues Bank(MessageObject json, string name, TpmAlgorithm hash) => new(
        hash, PcrList.Read(json, name, TpmHash.Size(hash)).Index().ToDictionary(pcr => pcr.Index, pcr => (ReadOnlyMemory<byte>)pcr.Item));

    private static string CheckedUuid(MessageObject json, string uuid) =>
        uuid.Length > 0 && uuid.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':') ? uuid : throw json.Wrong("has a 'host_uuid' that is empty or of other characters than letters, digits and '-_.:'");
}
