using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker resource expire</c>.</summary>
internal sealed class ResourceExpireCommand : BrokerVerb
{
    private readonly Argument<string> _path = new("PATH") { Description = ResourceArgument.Description };
    private readonly Argument<string> _time = new("TIME") { Description = "such as 2027-01-31T12:00:00Z, 90d from now, or never" };
    private readonly Option<int?> _version = new("--version") { Description = "this version alone, instead of the whole resource", HelpName = "N" };

    public ResourceExpireCommand(Session session)
        : base(
            session, "expire", "Say from when on a resource is released to nobody. It stays where it is, and can be given more time.",
            "coffer broker resource expire default/app/password 90d", "coffer broker resource expire --version 3 default/app/password never")
    {
        Add(_path);
        Add(_time);
        Add(_version);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["expires"] = parsed.GetRequiredValue(_time) };
        if (parsed.GetValue(_version) is { } version) body["version"] = version;
        return broker.SendAsync(HttpMethod.Patch, ResourceArgument.PathOf(parsed.GetRequiredValue(_path)), body, cancellationToken);
    }

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
    }
}
