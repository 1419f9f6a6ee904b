using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Limits;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Admin;

/// <summary>Takes out of a request what it shows of who sends it.</summary>
internal static class RequestCredential
{
    public static ShownCredential Of(HttpContext context) =>
        new(context.TraceIdentifier, context.Request.Headers.Authorization is { Count: 1 } sent ? sent[0] : null, context.Request.Headers.Authorization.Count == 0 ? context.Connection.ClientCertificate : null,
        SourceAddress.KeyOf(context.Connection.RemoteIpAddress));
}
