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
    private readonly TpmAlgorithm _bank;
    private readonly HashSet<int> _replayed;

    private BootClaims(TcgEventLog log, TpmAlgorithm bank, HashSet<int> replayed) => (_log, _bank, _replayed) = (log, bank, replayed);

    /// <summary>Replays the log in every quoted bank that it has digests of.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Untrusted"/>: it does not end at the quoted values, or no quoted
    /// bank is in it; <see cref="AttestationFault.Malformed"/>.</exception>
    public static BootClaims Replay(TcgEventLog log, IReadOnlyList<TpmPcrValues> banks)
    {
        HashSet<int>? replayed = null;
        TpmAlgorithm? strongest = null;
        foreach (var bank in banks.Where(bank => HashStrength.IsEnough(bank.Bank) && log.Banks.Contains(bank.Bank)))
        {
            var here = ReplayBank(log, bank);
            if (replayed is null) replayed = here;
            else replayed.IntersectWith(here);
            strongest ??= bank.Bank;
        }
        return replayed is null
            ? throw new AttestationException(AttestationFault.Untrusted, "the event log has digests of no bank that was quoted")
            : new BootClaims(log, strongest!.Value, replayed);
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
        var applications = Of(4).Where(e => e.Type == TcgEventType.EfiBootServicesApplication).Select(Hex).ToList();
        if (applications.Count > 0) boot["applications"] = ClaimList.Of(applications);
        ShimClaims.Add(this, boot);
        LoaderClaims.Add(this, boot);
        return boot;
    }

    /// <summary>Events of a register, empty where the log does not reach its value.</summary>
    public IReadOnlyList<TcgEvent> Of(int register) =>
        _replayed.Contains(register) ? [.. _log.Events.Where(e => e.Register == register && e.Type != TcgEventType.NoAction)] : [];

    /// <summary>Whether exactly these bytes were measured by an event.</summary>
    public bool Measures(TcgEvent measured, ReadOnlySpan<byte> bytes) => measured.Measures(_bank, bytes);

    /// <summary>What an event extended.</summary>
    public string Hex(TcgEvent measured) => Convert.ToHexStringLower(measured.DigestIn(_bank)!.Value.Span);

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
