using System.CommandLine;
using Coffer.Attestation.Measured;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Attest.Measure;

/// <summary>What happens before the kernel: firmware, and the programs that it loads.</summary>
internal sealed class BootFlags
{
    private readonly Option<string[]> _chain = new("--boot-chain") { Description = "a program that is loaded before, such as shim and a boot loader, in order; can be given several times", HelpName = "FILE" };
    private readonly Option<int> _failed = new("--failed-attempts") { Description = "how many boot options firmware tries in vain before, such as an empty drive", HelpName = "N" };
    private readonly Option<string?> _firmware = new("--firmware-log") { Description = "take what firmware measures into PCR 4 before the first program from a machine's event log, instead of what EDK II does", HelpName = "LOG" };

    public BootFlags(Command command)
    {
        foreach (var option in (Option[])[_chain, _failed, _firmware]) command.Add(option);
    }

    /// <summary>Whether anything is said of it.</summary>
    public bool IsGiven(ParseResult parsed) => ((Option[])[_chain, _failed, _firmware]).Any(o => parsed.GetResult(o) is { Implicit: false });

    /// <summary>Measures it.</summary>
    public void Start(ParseResult parsed, MeasuredBoot boot, CancellationToken cancellationToken)
    {
        var failed = parsed.GetValue(_failed);
        if (parsed.GetValue(_firmware) is { } log)
        {
            if (failed != 0) throw new CofferException("--failed-attempts is told by --firmware-log already", ExitStatus.Usage);
            MeasuredFiles.Named(log, () => MeasuredFiles.Log(log).Start(boot));
        }
        else
        {
            Firmware.Start(boot, failed);
        }
        foreach (var program in parsed.GetValue(_chain) ?? [])
        {
            using var file = MeasuredFiles.Open(program);
            MeasuredFiles.Named(program, () => Firmware.Load(boot, program, file, cancellationToken));
        }
    }
}
