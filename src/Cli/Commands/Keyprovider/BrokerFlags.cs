using System.CommandLine;
using Coffer.KeyProvider.Configuration;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary>The flags that make a key broker a key source with the name 'broker': for an owner, who wraps, and for a node, which attests.</summary>
internal sealed class BrokerFlags
{
    private const string Source = "broker";

    // What each flag is called in the source's section, and whether it is a path.
    private readonly (Option<string?> Option, string Member, bool IsPath)[] _texts =
    [
        (new("--broker") { Description = "address of a key broker: a key source with the name 'broker'", HelpName = "URL" }, "url", false),
        (new("--broker-ca") { Description = "the authority that the broker's certificate must come from (default: those of the system)", HelpName = "FILE" }, "ca", true),
        (new("--token-file") { Description = "access token that may wrap at the broker", HelpName = "FILE" }, "tokenFile", true),
        (new("--attester") { Description = "how this machine proves itself to the broker: auto (default), tpm or sample", HelpName = "TEE" }, "attester", false),
        (new("--tpm") { Description = "the TPM: device:PATH, swtpm:HOST:PORT or swtpm:unix:PATH (default: the machine's own)", HelpName = "ADDRESS" }, "tpm", false),
        (new("--state") { Description = "folder of the keys that 'coffer attest enroll' made (default /var/lib/coffer)", HelpName = "DIR" }, "state", true),
        (new("--event-log") { Description = "the boot's event log (default: the kernel's, where the TPM is this machine's)", HelpName = "FILE" }, "eventLog", true),
        (new("--ak-handle") { Description = "persistent handle at which the attestation key is kept as well", HelpName = "HANDLE" }, "akHandle", false),
    ];

    private readonly (Option<bool> Option, string Member)[] _switches =
    [
        (new("--insecure-http") { Description = "speak to the broker without TLS: whoever is between reads and alters" }, "insecureHttp"),
        (new("--insecure-remote-tpm") { Description = "use a TPM on another machine: it then proves that machine, not this one" }, "insecureRemoteTpm"),
    ];

    public BrokerFlags(Command command)
    {
        foreach (var (option, _, _) in _texts) command.Add(option);
        foreach (var (option, _) in _switches) command.Add(option);
    }

    /// <summary>The flags given, written so that they mean the same from any working directory.</summary>
    public IEnumerable<string> Arguments(ParseResult parsed)
    {
        foreach (var (option, _, isPath) in _texts)
        {
            if (parsed.GetValue(option) is not { } value) continue;
            yield return option.Name;
            yield return isPath ? Path.GetFullPath(value) : value;
        }
        foreach (var (option, _) in _switches.Where(s => parsed.GetValue(s.Option))) yield return option.Name;
    }

    /// <summary>Puts the flags where the source's section has them. A broker that is named takes the place of the file's.</summary>
    public void Read(ParseResult parsed, ConfigFlags flags)
    {
        if (parsed.GetValue(_texts[0].Option) is not null) flags.Replace("sources", Source);
        foreach (var (option, member, _) in _texts)
        {
            if (parsed.GetValue(option) is not { } value) continue;
            flags.Set(option.Name, Source, "sources", Source, "type");
            flags.Set(option.Name, value, "sources", Source, member);
        }
        foreach (var (option, member) in _switches.Where(s => parsed.GetValue(s.Option)))
        {
            flags.Set(option.Name, Source, "sources", Source, "type");
            flags.Set(option.Name, true, "sources", Source, member);
        }
    }
}
