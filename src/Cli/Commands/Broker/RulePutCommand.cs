using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker rule put</c>.</summary>
internal sealed class RulePutCommand : BrokerVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "what the rule is called" };
    private readonly Option<string?> _issuer = new("--ek-issuer") { Description = "issuer of the endorsement certificate, exactly as host show prints it", HelpName = "NAME" };
    private readonly Option<string[]> _fingerprints = new("--ek-sha256") { Description = "SHA-256 of an endorsement key (SubjectPublicKeyInfo); can be given several times", HelpName = "HEX" };
    private readonly Option<string[]> _labels = new("--label") { Description = "label that its hosts get; can be given several times", HelpName = "NAME[=VALUE]" };

    public RulePutCommand(Session session)
        : base(
            session, "put", "Approve, when they enrol, hosts whose endorsement keys have this issuer, or are among these, or both where both are given.",
            "coffer broker rule put acme --ek-issuer 'CN=ACME TPM CA 3,O=ACME'",
            "coffer broker rule put rack-7 --ek-sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --label rack=7")
    {
        Note = "A rule makes no endorsement key trusted, and lets no revoked host in.";
        Add(_name);
        foreach (var option in (Option[])[_issuer, _fingerprints, _labels]) Add(option);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["labels"] = Texts(parsed.GetValue(_labels) ?? []) };
        if (parsed.GetValue(_issuer) is { } issuer) body["ek_issuer"] = issuer;
        if (parsed.GetValue(_fingerprints) is { Length: > 0 } fingerprints) body["ek_fingerprints"] = Texts(fingerprints.Select(f => f.ToLowerInvariant()));
        return broker.SendAsync(HttpMethod.Put, $"approval-rules/{BrokerApi.Segment(parsed.GetRequiredValue(_name))}", body, cancellationToken);
    }

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);
}
