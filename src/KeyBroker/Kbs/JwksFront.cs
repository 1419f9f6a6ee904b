using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Telemetry;
using Coffer.KeyBroker.Tokens;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Kbs;

/// <summary>Publishes the keys that attestation tokens are signed with, for whoever checks them himself.</summary>
internal sealed class JwksFront(TokenKeys keys) : IBrokerFront
{
    /// <inheritdoc/>
    public PathString Root => "/.well-known/jwks.json";

    /// <inheritdoc/>
    public async Task AnswerAsync(HttpContext context)
    {
        try
        {
            if (context.Request.Path.Value != Root.Value || context.Request.Method != "GET") throw new BrokerException(BrokerFault.NotFound, "there is nothing here");
            RequestFacts.Of(context).Route = Root;
            await KbsReply.WriteAsync(context, new KbsAnswer(await keys.PublicSetAsync(context.RequestAborted).ConfigureAwait(false))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await KbsReply.WriteAsync(context, KbsRefusal.Of(KbsStep.None, e)).ConfigureAwait(false);
        }
    }
}
