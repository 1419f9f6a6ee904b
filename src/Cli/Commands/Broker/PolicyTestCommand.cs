using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol.Messages;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.Output;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker policy test</c>.</summary>
internal sealed class PolicyTestCommand : BrokerVerb
{
    private readonly Argument<string> _policy = new("NAME|FILE") { Description = "a stored policy's name; or a file with a policy, where it ends with .json or has a slash; - for standard input" };
    private readonly Option<string?> _evidence = new("--evidence") { Description = "try it on what 'coffer attest evidence' printed", HelpName = "FILE" };
    private readonly Option<string?> _request = new("--request") { Description = "try it on the claims that this request was decided on", HelpName = "ID" };
    private readonly Option<string?> _resource = new("--resource") { Description = "decide about this resource, with all other policies beside it (default: the request's)", HelpName = "PATH" };
    private readonly Option<string?> _tee = new("--tee") { Description = "whose evidence it is (default: tpm)", HelpName = "TEE" };

    public PolicyTestCommand(Session session)
        : base(
            session, "test", "Try a policy, stored or from a file, on evidence or on a past request. Changes nothing. Exit status 0 where it would be allowed, 5 where not.",
            "coffer broker policy test node-policy.json --request 7f3a90c1d2e4b586",
            "coffer attest evidence > evidence.json",
            "coffer broker policy test tpm-node --evidence evidence.json --resource default/image-kek/team-a")
    {
        Note = "Evidence is verified as the broker verifies it, with the host as it stands now. Without --resource evidence is held to the one policy alone.";
        Add(_policy);
        foreach (var option in (Option[])[_evidence, _request, _resource, _tee]) Add(option);
    }

    protected override async Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var (evidence, request) = (parsed.GetValue(_evidence), parsed.GetValue(_request));
        if (evidence is null == request is null) throw new CofferException("one of --evidence and --request says on what the policy is tried", ExitStatus.Usage);
        var body = new JsonObject();
        var policy = parsed.GetRequiredValue(_policy);
        if (PolicyFile.IsFile(policy)) body["policy"] = await PolicyFile.ReadAsync(policy, Session, cancellationToken).ConfigureAwait(false);
        else body["name"] = policy;
        if (request is not null) body["request_id"] = request;
        else body["evidence"] = JsonFile.Parse(evidence!, await InputFile.ReadAsync(evidence!, Session, KbsAttestation.MostBytes, cancellationToken).ConfigureAwait(false));
        if (parsed.GetValue(_resource) is { } resource) body["resource"] = ResourceArgument.Path(resource);
        if (parsed.GetValue(_tee) is { } tee) body["tee"] = tee;
        return await broker.SendAsync(HttpMethod.Post, "policy-trials", body, cancellationToken).ConfigureAwait(false);
    }

    protected override ExitStatus StatusOf(ParseResult parsed, JsonNode? answer) => IsAllowed(answer) ? ExitStatus.Done : ExitStatus.Denied;

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        Output.WriteLine($"{(IsAllowed(answer) ? "ALLOWED" : "DENIED")}: {JsonFacts.Of(answer, "reason", 1024)}");
        if (answer?["admission"] is not null) Output.WriteLine($"  {JsonFacts.Of(answer, "admission", 256)}; what policies say:");
        if (answer?["about"] is JsonValue about && about.TryGetValue<bool>(out var isAbout) && !isAbout) Output.WriteLine($"  policy {JsonFacts.Of(answer, "policy")} is not about this resource");
        if (answer?["recorded"] is JsonObject then) Output.WriteLine($"  then ({JsonFacts.Of(then, "time")}): {JsonFacts.Of(then, "outcome").ToUpperInvariant()}: {JsonFacts.Of(then, "reason", 1024)}");
        if (answer?["explanation"] is JsonObject explanation) ExplanationTree.Write(Output, explanation, "  ");
    }

    private static bool IsAllowed(JsonNode? answer) => (answer as JsonObject)?["allowed"] is JsonValue value && value.TryGetValue<bool>(out var allowed) && allowed;
}
