using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Doctor;
using Coffer.Cli.Output;
using Coffer.Oci;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer doctor</c>.</summary>
internal sealed class DoctorCommand : Verb
{
    private readonly Option<string> _root = new("--root") { Description = "look at the root file system in this folder instead of at this machine", HelpName = "DIR", DefaultValueFactory = _ => "/" };
    private readonly Option<bool> _json = new("--json") { Description = "print the result as one JSON document" };

    public DoctorCommand(Session session)
        : base(
            "doctor", "Check what the runtimes of this machine need to open encrypted images, and say what to mend. Starts and changes nothing.",
            "coffer doctor",
            "coffer doctor --json",
            "coffer doctor --root /mnt/node")
    {
        Note = "Each line says ok, warn or fail. The exit status is 1 where anything failed. Run it as root to see what the runtimes see.";
        Add(_root);
        Add(_json);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(parsed.GetValue(_root)!);
        if (!Directory.Exists(root)) throw new CofferException($"there is no folder {Printable.Of(root)}", ExitStatus.Usage, "--root takes the folder of a root file system");
        var installation = new Installation(root, Environment.GetEnvironmentVariable, session.Time);
        var findings = new List<(string, Finding)>();
        foreach (var check in AllChecks.List)
        {
            foreach (var finding in await check.RunAsync(installation, cancellationToken).ConfigureAwait(false)) findings.Add((check.Name, finding));
        }
        if (parsed.GetValue(_json)) DoctorOutput.WriteJson(session.Output, findings);
        else DoctorOutput.WriteText(session.Output, findings);
        var failed = findings.Count(f => f.Item2.Verdict == Verdict.Fail);
        return failed == 0 ? (int)ExitStatus.Done : throw new CofferException($"{failed} {(failed == 1 ? "thing is" : "things are")} to be mended");
    }
}
