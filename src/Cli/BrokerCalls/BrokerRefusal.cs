using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol.Client;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>What a broker said instead of doing what was asked, with the exit status that it means.</summary>
internal sealed class BrokerRefusal : CofferException
{
    private const int MostDetails = 100;

    private BrokerRefusal(string message, ExitStatus status, string? hint, IReadOnlyList<string> details)
        : base(message, status, hint) => Details = details;

    public override IReadOnlyList<string> Details { get; }

    public static BrokerRefusal Of(BrokerAnswer answer)
    {
        var error = (BrokerApi.Parse(answer.Body) as JsonObject)?["error"] as JsonObject;
        var request = answer.RequestId is { } id ? $" (request {id})" : "";
        var message = Text(error?["message"]) is { } said ? $"{said}{request}" : $"the broker answers {answer.Status}{request}";
        var details = error?["details"] is JsonArray lines ? lines.Take(MostDetails).Select(l => Text(l) ?? "").ToList() : [];
        return new BrokerRefusal(message, StatusOf(Text(error?["fault"]), answer.Status), Text(error?["hint"]), details);
    }

    private static ExitStatus StatusOf(string? fault, int status) => (fault, status) switch
    {
        ("integrity", _) => ExitStatus.Integrity,
        (_, 401 or 403) => ExitStatus.Denied,
        (_, 502 or 503 or 504) => ExitStatus.Unreachable,
        _ => ExitStatus.Failed,
    };

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
