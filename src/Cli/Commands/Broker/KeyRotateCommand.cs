using System.CommandLine;
using System.Text.Json.Nodes;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker key rotate</c>.</summary>
internal sealed class KeyRotateCommand : KeyChangeVerb
{
    private readonly Option<string?> _grace = new("--grace") { Description = "how long older versions still open, such as 30d (default), or none", HelpName = "TIME" };

    public KeyRotateCommand(Session session)
        : base(
            session, "rotate", "Make a new version of a key. It wraps at once; older versions open for a grace time, and then only by permission.",
            "coffer broker key rotate default/image-kek/team-a", "coffer broker key rotate default/image-kek/team-a --grace 90d")
    {
        Note = "Then move the images to it: coffer rewrap -d provider:NAME --add provider:NAME:keyid=kbs:///PATH --remove opened IMAGE";
        Add(_grace);
    }

    protected override JsonObject Body(ParseResult parsed) => parsed.GetValue(_grace) is { } grace ? new JsonObject { ["grace"] = grace } : [];
}
