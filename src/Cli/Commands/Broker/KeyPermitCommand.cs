using System.CommandLine;
using System.Text.Json.Nodes;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker key permit</c>.</summary>
internal sealed class KeyPermitCommand : KeyChangeVerb
{
    private readonly Option<int> _version = VersionOption();
    private readonly Option<string> _until = new("--until") { Description = "such as 2027-01-31T12:00:00Z, 7d from now, or none to end a permission", HelpName = "TIME", Required = true };

    public KeyPermitCommand(Session session)
        : base(
            session, "permit", "Let policies release a version that has retired, until a time. Policies still decide to whom.",
            "coffer broker key permit default/image-kek/team-a --version 1 --until 7d", "coffer broker key permit default/image-kek/team-a --version 1 --until none")
    {
        Add(_version);
        Add(_until);
    }

    protected override JsonObject Body(ParseResult parsed) => new() { ["version"] = parsed.GetRequiredValue(_version), ["until"] = parsed.GetRequiredValue(_until) };
}
