using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker audit verify</c>.</summary>
internal sealed class AuditVerifyCommand : BrokerVerb
{
    private readonly Option<string?> _head = new("--expect-head") { Description = "head that an earlier run printed: it must still lie on its chain", HelpName = "HEAD" };

    public AuditVerifyCommand(Session session)
        : base(
            session, "verify", "Verify that no entry of the audit was changed, left out or cut off; exit status 4 if one was.",
            "coffer broker audit verify",
            "coffer broker audit verify --expect-head \"$(cat last-head)\"")
    {
        Note = "Keep the head that it prints where the broker cannot reach it: with it, a store that was put back to an older state shows.";
        Add(_head);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.GetAsync(parsed.GetValue(_head) is { Length: > 0 } head ? $"audit/verify?expect_head={Uri.EscapeDataString(head.Trim())}" : "audit/verify", cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        Session.Error.WriteLine($"coffer: {JsonFacts.Of(answer, "entries")} entries in {JsonFacts.Of(answer, "chains")} chain(s) hold");
        Output.WriteLine(JsonFacts.Of(answer, "head", 65_536));
    }
}
