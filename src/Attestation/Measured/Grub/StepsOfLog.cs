using System.Text;
using Coffer.Attestation.Measured.Log;
using Coffer.Attestation.Tpm.EventLog;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Measured.Grub;

/// <summary>The steps that a machine's log tells, to be changed where the next boot will differ.</summary>
public static class StepsOfLog
{
    private static readonly string[] Labels = [GrubSteps.Command, GrubSteps.KernelLine, GrubSteps.ModuleLine];

    /// <summary>One line for each event of the registers 8 and 9, and for each program in PCR 4: texts that hash to what was measured as texts, all else by its digest.</summary>
    public static IReadOnlyList<string> Read(MachineLog log) => [.. log.Events.Select(measured => Line(log, measured)).OfType<string>()];

    private static string? Line(MachineLog log, TcgEvent measured)
    {
        if (measured.Type == TcgEventType.Separator) return null;
        if (measured.Type == TcgEventType.Ipl && Text(log, measured) is { } text) return text;
        var isProgram = measured is { Register: Registers.BootPrograms, Type: TcgEventType.EfiBootServicesApplication };
        if (!isProgram && measured.Register is not (Registers.GrubTexts or Registers.LoadedFiles)) return null;
        var digests = string.Join(',', measured.Digests.Select(d => $"{TpmHash.Name(d.Bank)}:{Convert.ToHexStringLower(d.Digest.Span)}"));
        var name = isProgram ? "" : LoggedEvent.Of(measured, default).Text;
        return $"{GrubSteps.Digest}: {measured.Register} {digests} {name}".TrimEnd();
    }

    private static string? Text(MachineLog log, TcgEvent measured)
    {
        var data = measured.Data.Span;
        if (!data.IsEmpty && data[^1] == 0) data = data[..^1];
        foreach (var label in Labels)
        {
            if (!data.StartsWith(Encoding.ASCII.GetBytes($"{label}: "))) continue;
            var text = data[(label.Length + 2)..];
            return measured.Measures(log.Banks[^1], text) ? $"{label}: {StepText.Write(text)}" : null;
        }
        return null;
    }
}
