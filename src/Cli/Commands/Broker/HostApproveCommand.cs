using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker host approve</c>.</summary>
internal sealed class HostApproveCommand : HostActionVerb
{
    private readonly Option<string[]> _labels = new("--label") { Description = "label that it gets, instead of those that it has; can be given several times", HelpName = "NAME[=VALUE]" };

    public HostApproveCommand(Session session)
        : base(
            session, "approve", "Approve a pending host, and record the PCR values of its evidence as its baseline.",
            "coffer broker host approve 0f3c9a1b2d4e5f600f3c9a1b2d4e5f60",
            "coffer broker host approve 0f3c9a1b2d4e5f600f3c9a1b2d4e5f60 --label rack=7 --label production") => Add(_labels);

    protected override JsonObject Body(ParseResult parsed) => parsed.GetValue(_labels) is { Length: > 0 } labels
        ? new JsonObject { ["labels"] = new JsonArray([.. labels.Select(l => (JsonNode?)l)]) }
        : [];
}
