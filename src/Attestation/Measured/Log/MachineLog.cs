using Coffer.Attestation.Tpm.EventLog;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Measured.Log;

/// <summary>The event log of a machine that booted (<c>binary_bios_measurements</c>), to compute with. It is believed here, as its owner's own file.</summary>
public sealed class MachineLog
{
    private readonly TcgEventLog _log;

    /// <summary>Parses one.</summary>
    /// <param name="log">At most 1 MiB.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public MachineLog(ReadOnlyMemory<byte> log) => _log = TcgEventLog.Parse(log);

    /// <summary>The longest log, in bytes.</summary>
    public static int MostBytes => TcgEventLog.MostBytes;

    /// <summary>Takes over what the machine's firmware measured into PCR 4 before it loaded a program: its remarks and the separator. Of attempts
    /// to boot that failed before, only the remarks.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: the log lacks a bank of the boot. <see cref="AttestationFault.Malformed"/>: it has no separator.</exception>
    public void Start(MeasuredBoot boot)
    {
        var events = Of(Registers.BootPrograms);
        var separator = events.FindIndex(e => e.Type == TcgEventType.Separator);
        if (separator < 0) throw TcgLogReader.Malformed("has no separator in PCR 4");
        for (var i = 0; i < events.Count; i++)
        {
            if (i > separator && events[i].Type != TcgEventType.EfiAction) break;
            boot.Add(new MeasuredEvent(Registers.BootPrograms, Describe(events[i]), Digests(events[i], boot)));
        }
    }

    /// <summary>Compares each register that was computed, in the first of the boot's banks that the log has.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: the log has none of them.</exception>
    public IReadOnlyList<RegisterComparison> Compare(MeasuredBoot boot)
    {
        var at = boot.Algorithms.ToList().FindIndex(bank => _log.Banks.Contains(bank));
        if (at < 0) throw new AttestationException(AttestationFault.Unsupported, $"the event log has no digests of {string.Join(" or ", boot.Banks)}", $"it has {string.Join(", ", _log.Banks.Select(TpmHash.Name))}");
        return [.. boot.Registers.Select(register => Compare(boot, register, at))];
    }

    internal IEnumerable<TcgEvent> Events => _log.Events.Where(e => e.Type != TcgEventType.NoAction);

    internal IReadOnlyList<TpmAlgorithm> Banks => _log.Banks;

    private RegisterComparison Compare(MeasuredBoot boot, int register, int bank)
    {
        var computed = boot.Events.Where(e => e.Register == register).ToList();
        var logged = Of(register);
        var same = 0;
        while (same < computed.Count && same < logged.Count && DigestOf(logged[same], boot.Algorithms[bank]).Span.SequenceEqual(computed[same].Digests[bank].Span)) same++;
        return new RegisterComparison(
            register, boot.Banks[bank], same, computed.ElementAtOrDefault(same), logged.ElementAtOrDefault(same) is { } other ? LoggedEvent.Of(other, DigestOf(other, boot.Algorithms[bank])) : null);
    }

    private List<TcgEvent> Of(int register) => [.. Events.Where(e => e.Register == register)];

    private static string Describe(TcgEvent measured)
    {
        var logged = LoggedEvent.Of(measured, default);
        return measured.Type == TcgEventType.Separator ? "separator" : logged.Text.Length > 0 ? logged.Text : logged.Type;
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> Digests(TcgEvent measured, MeasuredBoot boot) => [.. boot.Algorithms.Select(bank => DigestOf(measured, bank))];

    private static ReadOnlyMemory<byte> DigestOf(TcgEvent measured, TpmAlgorithm bank) =>
        measured.DigestIn(bank) ?? throw new AttestationException(AttestationFault.Unsupported, $"the event log has no digests of the bank {TpmHash.Name(bank)}");
}
