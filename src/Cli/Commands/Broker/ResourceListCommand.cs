using System.CommandLine;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker resource list</c>.</summary>
internal sealed class ResourceListCommand : BrokerListVerb
{
    private readonly Option<string?> _prefix = new("--prefix") { Description = "only paths that begin so", HelpName = "TEXT" };

    public ResourceListCommand(Session session)
        : base(session, "List the paths and sizes of the resources. Prints no resource.", "resources", [Column("PATH", "path"), Column("BYTES", "size")], "coffer broker resource list", "coffer broker resource list --prefix default/image-kek/") => Add(_prefix);

    protected override string PageMember => "path";

    protected override string Query(ParseResult parsed) => parsed.GetValue(_prefix) is { Length: > 0 } prefix ? $"prefix={Uri.EscapeDataString(prefix)}" : "";
}
