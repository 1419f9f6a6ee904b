using System.CommandLine;
using Coffer.Attestation;
using Coffer.Attestation.Tpm;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Attest;

/// <summary>The flags that say how this machine proves itself.</summary>
internal sealed class MachineFlags
{
    private readonly Option<string> _tee = new("--attester") { Description = $"how this machine proves itself: {string.Join(", ", BuiltInTees.AttesterNames)}", HelpName = "TEE", DefaultValueFactory = _ => AttesterSettings.Auto };
    private readonly Option<string?> _tpm = new("--tpm") { Description = "the TPM: device:PATH, swtpm:HOST:PORT or swtpm:unix:PATH (default: the machine's own)", HelpName = "ADDRESS" };
    private readonly Option<string> _state = new("--state") { Description = "folder of this machine's keys", HelpName = "DIR", DefaultValueFactory = _ => TpmSettings.DefaultStateDirectory };
    private readonly Option<string?> _log = new("--event-log") { Description = "the boot's event log (default: the kernel's, where the TPM is this machine's)", HelpName = "FILE" };
    private readonly Option<string?> _handle = new("--ak-handle") { Description = "persistent handle at which the attestation key is kept as well, such as 0x81010002; never one that is taken", HelpName = "HANDLE" };
    private readonly Option<bool> _remote = new("--insecure-remote-tpm") { Description = "use a TPM on another machine: it then proves that machine, not this one" };

    /// <param name="command">Gets the flags.</param>
    /// <param name="choice">Whether the TEE can be chosen: enrolment is a TPM's.</param>
    public MachineFlags(Command command, bool choice = true)
    {
        if (choice) command.Add(_tee);
        foreach (var option in (Option[])[_tpm, _state, _log, _handle, _remote]) command.Add(option);
    }

    public AttesterSettings Read(ParseResult parsed) => new(
        parsed.GetValue(_tee) ?? AttesterSettings.Auto, parsed.GetValue(_tpm), Path.GetFullPath(parsed.GetRequiredValue(_state)), parsed.GetValue(_remote))
    {
        EventLogPath = parsed.GetValue(_log) is { } log ? Path.GetFullPath(log) : null,
        AkHandle = parsed.GetValue(_handle) is { } handle ? Handle(handle) : null,
    };

    private uint Handle(string text) => AttesterSettings.ParseHandle(text)
        ?? throw new CofferException($"{_handle.Name} '{Printable.Of(text, 32)}' is no persistent handle", ExitStatus.Usage, "it is written 0x81000000 to 0x817fffff");
}
