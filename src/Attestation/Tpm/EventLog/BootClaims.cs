using System.Text.Json.Nodes;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Verification;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>What a log says that was replayed to the quoted values, and nothing of registers where it was not.</summary>
internal sealed class BootClaims
{
    // The operating system extends these further after the log has ended, so a log that does not reach the value says nothing of them.
    // Everywhere else such a log is not that of this boot.
    private static readonly int[] ExtendedLater = [10, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23];

    private readonly TcgEventLog _log;
    private const TpmAlgorithm Bank = TpmAlgorithm.Sha256;
    private const int MostTextBytes = 256;
    private readonly HashSet<int> _replayed;

    private BootClaims(TcgEventLog log, HashSet<int> replayed) => (_log, _replayed) = (log, replayed);

    /// <summary>
    /// Replays the log in every quoted bank that it has digests of; sha256 has to be one of them. In a bank that firmware leaves alone,
    /// any log can be replayed by whoever extends it later, so which bank counts is not for the log to choose.
    /// </summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Untrusted"/>: it does not end at the quoted values, or that
    /// bank is not in it; <see cref="AttestationFault.Malformed"/>.</exception>
    public static BootClaims Replay(TcgEventLog log, IReadOnlyList<TpmPcrValues> banks)
    {
        HashSet<int>? replayed = null;
        if (!log.Banks.Contains(Bank)) throw new AttestationException(AttestationFault.Untrusted, "the event log has no digests of the sha256 bank");
        foreach (var bank in banks.Where(bank => HashStrength.IsEnough(bank.Bank) && log.Banks.Contains(bank.Bank)))
        {
            var here = ReplayBank(log, bank);
            if (replayed is null) replayed = here;
            else replayed.IntersectWith(here);
        }
        return replayed is null
            ? throw new AttestationException(AttestationFault.Untrusted, "the event log has digests of no bank that was quoted")
            : new BootClaims(log, replayed);
    }

    /// <summary>Claims about the log itself.</summary>
    public JsonObject Log() => new()
    {
        ["replayed"] = true,
        ["pcrs"] = new JsonArray([.. _replayed.Order().Select(register => (JsonNode)JsonValue.Create(register))]),
    };

    /// <summary>Claims about what was started.</summary>
    public JsonObject Boot()
    {
        var boot = new JsonObject();
        if (SecureBootClaim.Read(this) is { } secure) boot["secure_boot"] = secure;
        // What is neither a separator nor a remark of the firmware's may have been started, whatever type the log gives it.
        ClaimList.Put(boot, "applications", [.. Of(4).Where(e => !IsSeparator(e) && !IsRemark(e)).Select(Hex)]);
        ClaimList.Put(boot, "files", Digests(9));
        ClaimList.Put(boot, "shim", Digests(14));
        LoaderClaims.Add(this, boot);
        return boot;
    }

    /// <summary>Events of a register, empty where the log does not reach its value.</summary>
    public IReadOnlyList<TcgEvent> Of(int register) =>
        _replayed.Contains(register) ? [.. _log.Events.Where(e => e.Register == register && e.Type != TcgEventType.NoAction)] : [];

    /// <summary>Whether exactly these bytes were measured by an event.</summary>
    public static bool Measures(TcgEvent measured, ReadOnlySpan<byte> bytes) => measured.Measures(Bank, bytes);

    /// <summary>Whether a separator was measured (section 3.3.2.2 of the profile). Told by the digest: types are the log's word.</summary>
    public static bool IsSeparator(TcgEvent measured) => Measures(measured, [0, 0, 0, 0]) || Measures(measured, [0xff, 0xff, 0xff, 0xff]);

    // "Calling EFI Application from Boot Option" and the like: a short text that was hashed as it stands, which no program is.
    private static bool IsRemark(TcgEvent measured) =>
        measured.Data.Length is > 0 and <= MostTextBytes && !measured.Data.Span.ContainsAnyExceptInRange((byte)' ', (byte)'~') && Measures(measured, measured.Data.Span);

    private List<string> Digests(int register) => [.. Of(register).Where(e => !IsSeparator(e)).Select(Hex)];

    /// <summary>What an event extended.</summary>
    public static string Hex(TcgEvent measured) => Convert.ToHexStringLower(measured.DigestIn(Bank)!.Value.Span);

    private static HashSet<int> ReplayBank(TcgEventLog log, TpmPcrValues quoted)
    {
        var computed = EventLogReplay.Compute(log, quoted.Bank);
        var replayed = new HashSet<int>();
        foreach (var (register, value) in quoted.Values)
        {
            if (computed.TryGetValue(register, out var end) ? value.Span.SequenceEqual(end) : value.Span.IndexOfAnyExcept((byte)0) < 0) replayed.Add(register);
            else if (!ExtendedLater.Contains(register))
                throw new AttestationException(AttestationFault.Untrusted, $"the event log does not end at the quoted value of PCR {register} in the bank {TpmHash.Name(quoted.Bank)}");
        }
        return replayed;
    }
}
