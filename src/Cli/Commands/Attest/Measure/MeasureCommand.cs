using System.CommandLine;
using Coffer.Attestation.Measured;
using Coffer.Attestation.Measured.Grub;
using Coffer.Attestation.Measured.Log;
using Coffer.Attestation.Measured.Systemd;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Attest.Measure;

/// <summary><c>coffer attest measure</c>: the register values of a boot that did not happen yet.</summary>
internal sealed class MeasureCommand : Verb
{
    private readonly Option<string?> _uki = new("--uki") { Description = "a unified kernel image, as it will be started: with its signature", HelpName = "FILE" };
    private readonly Option<string?> _grub = new("--grub") { Description = "what GRUB does, one step a line, as --grub-from prints it; - for standard input", HelpName = "FILE" };
    private readonly Option<string?> _grubFrom = new("--grub-from") { Description = "print the steps that a machine's event log tells, to be changed for --grub, and nothing else", HelpName = "LOG" };
    private readonly Option<string[]> _bank = new("--bank") { Description = "sha1, sha256, sha384 or sha512; can be given several times (default sha256)", HelpName = "BANK" };
    private readonly Option<string[]> _phase = new("--phase") { Description = "words that systemd measures into PCR 11 as the system comes up, with colons between them, or 'none'; can be given several times (default: the four from enter-initrd to ready)", HelpName = "PATH" };
    private readonly Option<string?> _log = new("--event-log") { Description = "compare with what a machine logged, and say what differs first", HelpName = "LOG" };
    private readonly Option<bool> _events = new("--events") { Description = "list each measurement" };
    private readonly Option<string> _name = new("--name") { Description = "the name of the reference set that --json prints", HelpName = "NAME", DefaultValueFactory = _ => "node-boot" };
    private readonly Option<bool> _json = new("--json") { Description = "print a set of reference values, as 'coffer broker reference put' takes it" };
    private readonly BootFlags _boot;
    private readonly KernelFlags _kernel;

    public MeasureCommand(Session session)
        : base(
            "measure", "Compute the register values (PCRs) that a boot will have, before it happens: of a unified kernel image, of a kernel with its own stub, or through GRUB.",
            "coffer attest measure --uki linux.efi",
            "coffer attest measure --uki linux.efi --boot-chain shimx64.efi --boot-chain systemd-bootx64.efi --json > node-boot.json",
            "coffer attest measure --kernel vmlinuz --initrd initrd.img --cmdline 'quiet root=/dev/sda2' --osrel /etc/os-release",
            "coffer attest measure --direct --kernel vmlinuz --initrd initrd.img --cmdline 'quiet root=/dev/sda2'",
            "coffer attest measure --grub-from /sys/kernel/security/tpm0/binary_bios_measurements > steps",
            "coffer attest measure --grub steps --event-log /sys/kernel/security/tpm0/binary_bios_measurements")
    {
        Note = "PCRs 4, 8, 9, 11 and 12 are computed, as far as they are known: 0 to 3, 5 to 7 and 14 are of the firmware, its settings and its keys.\nWhat is taken for granted of firmware, boot loaders and kernels: docs/attestation/measure.md.";
        foreach (var option in (Option[])[_uki, _grub, _grubFrom]) Add(option);
        _kernel = new KernelFlags(this);
        _boot = new BootFlags(this);
        foreach (var option in (Option[])[_bank, _phase, _log, _events, _name, _json]) Add(option);
        SetAction((parsed, cancellationToken) => Task.FromResult(Run(parsed, session, cancellationToken)));
    }

    private int Run(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        CheckWhat(parsed);
        if (parsed.GetValue(_grubFrom) is { } from)
        {
            foreach (var step in StepsOfLog.Read(MeasuredFiles.Log(from))) session.Output.WriteLine(step);
            return (int)ExitStatus.Done;
        }
        var boot = new MeasuredBoot(parsed.GetValue(_bank) is { Length: > 0 } banks ? banks : ["sha256"]);
        var isUnified = Measure(parsed, session, boot, cancellationToken);
        var phases = isUnified ? Phases(parsed) : [];
        if (parsed.GetValue(_json)) JsonOutput.Write(session.Output, MeasureOutput.Document(parsed.GetRequiredValue(_name), boot, phases));
        else MeasureOutput.Write(session.Output, boot, phases, parsed.GetValue(_events));
        if (parsed.GetValue(_log) is not { } log) return (int)ExitStatus.Done;
        var compared = MeasuredFiles.Log(log).Compare(boot);
        MeasureOutput.Write(parsed.GetValue(_json) ? session.Error : session.Output, boot, compared);
        return (int)(compared.All(c => c.IsSame) ? ExitStatus.Done : ExitStatus.Integrity);
    }

    // Whether a unified image is booted, whose system measures its phases.
    private bool Measure(ParseResult parsed, Session session, MeasuredBoot boot, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_grub) is { } steps)
        {
            // Without a word of firmware, PCR 4 begins with the first step.
            if (_boot.IsGiven(parsed)) _boot.Start(parsed, boot, cancellationToken);
            MeasuredFiles.Named(steps, () => GrubSteps.Measure(boot, MeasuredFiles.Lines(steps, session), MeasuredFiles.Open, cancellationToken));
            return false;
        }
        _boot.Start(parsed, boot, cancellationToken);
        if (_kernel.IsDirect(parsed))
        {
            _kernel.MeasureDirect(parsed, boot, cancellationToken);
            return false;
        }
        if (parsed.GetValue(_uki) is not { } uki)
        {
            _kernel.MeasureParts(parsed, boot, cancellationToken);
            return true;
        }
        using var file = MeasuredFiles.Open(uki);
        MeasuredFiles.Named(uki, () => UnifiedKernel.Measure(boot, uki, file, _kernel.Settings(parsed), cancellationToken));
        return true;
    }

    private void CheckWhat(ParseResult parsed)
    {
        var given = ((Option<string?>[])[_uki, _grub, _grubFrom, _kernel.Kernel]).Where(o => parsed.GetValue(o) is not null).Select(o => o.Name).ToList();
        if (given.Count != 1)
        {
            throw new CofferException(
                given.Count == 0 ? "nothing to measure was named" : $"{string.Join(" and ", given)} cannot be measured at once", ExitStatus.Usage, "one of --uki, --kernel, --grub and --grub-from");
        }
        if (parsed.GetValue(_kernel.Kernel) is null && _kernel.FirstPart(parsed) is { } part) throw new CofferException($"{part} belongs to --kernel, not to {given[0]}", ExitStatus.Usage);
    }

    private IReadOnlyList<string> Phases(ParseResult parsed) => parsed.GetValue(_phase) switch
    {
        null or { Length: 0 } => BootPhases.Usual,
        ["none"] => [],
        var paths => paths,
    };
}
