using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Demo;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer demo</c>.</summary>
internal sealed class DemoCommand : Verb
{
    private readonly Option<string?> _keep = new("--keep") { Description = "work in DIR, which must be new or empty, and leave everything there", HelpName = "DIR" };

    public DemoCommand(Session session)
        : base("demo", "Tell the whole story on this machine: make keys and an image, encrypt it, refuse without the key, decrypt, change recipients, verify.", "coffer demo", "coffer demo --keep story")
    {
        Add(_keep);
        SetAction((parsed, cancellationToken) => new Story(session).TellAsync(parsed.GetValue(_keep), cancellationToken));
    }
}
