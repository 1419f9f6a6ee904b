using System.CommandLine;
using System.Text.Json.Nodes;

namespace Coffer.Cli.Commands.Broker;

/// <summary>What a namespace is made with and can be changed in.</summary>
internal sealed class NamespaceFlags
{
    public const string Owners = "An owner is named as the audit names him: an access token's id, jwt:ISSUER:SUBJECT or cert:SUBJECT. He is a key owner of everything below.";

    private readonly Option<string[]> _owners = new("--owner") { Description = "caller who owns everything below; can be given several times, and all of them are given together", HelpName = "ACTOR" };
    private readonly Option<int?> _resources = new("--max-resources") { Description = "how many resources there may be; 0 for as many as one likes", HelpName = "N" };
    private readonly Option<long?> _bytes = new("--max-bytes") { Description = "how many bytes in all versions of all resources; 0 for as many as one likes", HelpName = "N" };
    private readonly Option<int?> _policies = new("--max-policies") { Description = "how many policies of its names; 0 for as many as one likes", HelpName = "N" };
    private readonly Option<int?> _hosts = new("--max-hosts") { Description = "how many hosts may have the label namespace=PREFIX; 0 for as many as one likes", HelpName = "N" };
    private readonly Option<string?> _description = new("--description") { Description = "what it is for", HelpName = "TEXT" };

    public NamespaceFlags(Command command)
    {
        foreach (var option in (Option[])[_owners, _resources, _bytes, _policies, _hosts, _description]) command.Add(option);
    }

    public JsonObject Read(ParseResult parsed)
    {
        var body = new JsonObject();
        if (parsed.GetValue(_owners) is { Length: > 0 } owners) body["owners"] = new JsonArray([.. owners.Select(o => (JsonNode?)o)]);
        if (parsed.GetValue(_resources) is { } resources) body["max_resources"] = resources;
        if (parsed.GetValue(_bytes) is { } bytes) body["max_bytes"] = bytes;
        if (parsed.GetValue(_policies) is { } policies) body["max_policies"] = policies;
        if (parsed.GetValue(_hosts) is { } hosts) body["max_hosts"] = hosts;
        if (parsed.GetValue(_description) is { } description) body["description"] = description;
        return body;
    }
}
