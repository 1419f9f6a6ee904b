using System.Text.Json.Nodes;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Health;

/// <summary>
/// <c>GET /readyz</c>, without a credential: 200 where the broker can do its work, else 503, with each check's name and <c>ok</c> or
/// <c>failed</c>. What is wrong stands in the log.
/// </summary>
internal sealed class ReadyFront(Readiness readiness) : IBrokerFront
{
    /// <inheritdoc/>
    public PathString Root => "/readyz";

    /// <inheritdoc/>
    public async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path != Root || context.Request.Method is not ("GET" or "HEAD"))
        {
            await AdminReply.WriteErrorAsync(context, new BrokerException(BrokerFault.NotFound, "there is nothing here"), context.RequestAborted).ConfigureAwait(false);
            return;
        }
        RequestFacts.Of(context).Route = Root;
        try
        {
            var state = await readiness.AskAsync(context.RequestAborted).ConfigureAwait(false);
            var checks = new JsonObject(state.Problems.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)(p.Value is null ? "ok" : "failed"))));
            await AdminReply.WriteAsync(context, new AdminAnswer(new JsonObject { ["ready"] = state.IsReady, ["checks"] = checks }) { Status = state.IsReady ? 200 : 503 }, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
    }
}
