using System.CommandLine;
using System.Text.Json.Nodes;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker key retire</c>.</summary>
internal sealed class KeyRetireCommand : KeyChangeVerb
{
    private readonly Option<int> _version = VersionOption();
    private readonly Option<string?> _at = new("--at") { Description = "from when on, such as 2027-01-31T12:00:00Z, or 7d from now (default: at once)", HelpName = "TIME" };

    public KeyRetireCommand(Session session)
        : base(
            session, "retire", "End an older version's grace time, such as when it may be known to others; or give it more.",
            "coffer broker key retire default/image-kek/team-a --version 1", "coffer broker key retire default/image-kek/team-a --version 1 --at 60d")
    {
        Add(_version);
        Add(_at);
    }

    protected override JsonObject Body(ParseResult parsed)
    {
        var body = new JsonObject { ["version"] = parsed.GetRequiredValue(_version) };
        if (parsed.GetValue(_at) is { } at) body["at"] = at;
        return body;
    }
}
