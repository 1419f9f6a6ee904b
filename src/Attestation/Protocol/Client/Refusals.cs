using Coffer.Attestation.Protocol.Json;
using Coffer.Attestation.Protocol.Messages;
using Coffer.Oci;

namespace Coffer.Attestation.Protocol.Client;

/// <summary>Makes a failure of an answer that is not a success.</summary>
internal static class Refusals
{
    /// <summary>Of the RCAR front, where errors are <c>{type, detail}</c>.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="doing">What was asked for, such as <c>the resource a/b/c</c>.</param>
    public static BrokerRefusedException OfKbs(BrokerAnswer answer, string doing)
    {
        var error = KbsError.TryParse(answer.Body);
        var id = answer.RequestId ?? RequestIdIn(error?.Detail);
        return Make(answer.Status, id, doing, error?.Detail);
    }

    /// <summary>Of the administration API, where errors are <c>{"error":{"fault","message","hint"},"request_id"}</c>.</summary>
    public static BrokerRefusedException OfApi(BrokerAnswer answer, string doing)
    {
        try
        {
            return MessageObject.Read(answer.Body, KbsError.MostBytes, "error", json =>
            {
                var error = json.Object("error");
                var message = error.Text("message", 8192);
                return Make(answer.Status, answer.RequestId ?? json.OptionalText("request_id", 64), doing, message, error.OptionalText("hint", 8192));
            });
        }
        catch (AttestationException)
        {
            return Make(answer.Status, answer.RequestId, doing, null);
        }
    }

    private static BrokerRefusedException Make(int status, string? id, string doing, string? detail, string? hint = null)
    {
        var request = id is null ? "" : $", request {Printable.Of(id, 64)}";
        var said = string.IsNullOrEmpty(detail) ? "" : $": {Printable.Of(detail)}";
        return status switch
        {
            403 => new(AttestationFault.Denied, status, id, $"the broker denies {doing}{request}{said}", Shown(hint) ?? "ask the broker's operator"),
            401 => new(AttestationFault.Denied, status, id, $"the broker does not accept this machine's proof for {doing}{request}{said}", Shown(hint) ?? "ask the broker's operator"),
            404 => new(AttestationFault.NotFound, status, id, $"the broker does not know {doing}{request}{said}", Shown(hint)),
            429 or >= 500 => new(AttestationFault.Unreachable, status, id, $"the broker cannot answer now ({status}) for {doing}{request}{said}", Shown(hint)),
            _ => new(AttestationFault.Malformed, status, id, $"the broker answers {status} for {doing}{request}{said}", Shown(hint)),
        };
    }

    private static string? Shown(string? hint) => string.IsNullOrEmpty(hint) ? null : Printable.Of(hint);

    // Our broker ends its details so; other brokers have no ids.
    private static string? RequestIdIn(string? detail)
    {
        const string mark = "request ";
        if (detail is null || detail.LastIndexOf(mark, StringComparison.Ordinal) is not (>= 0 and var at)) return null;
        var id = new string([.. detail[(at + mark.Length)..].TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '-')]);
        return id.Length is > 3 and <= 64 && id.Any(char.IsAsciiDigit) ? id : null;
    }
}
