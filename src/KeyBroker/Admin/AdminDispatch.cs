using System.Security.Cryptography;
using Coffer.Attestation;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Telemetry;
using Coffer.Oci;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Coffer.KeyBroker.Admin;

/// <summary>
/// Answers the administration API: finds the route, the caller and whether he may, reads the body up to the route's bound, and runs
/// it. Somebody without a credential learns nothing of which routes there are.
/// </summary>
/// <param name="routes">All of them.</param>
/// <param name="callers">Finds out who calls.</param>
/// <param name="watch">Hears who was turned away.</param>
/// <param name="faults">Told of faults of ours, with the request's id; for the operator's log.</param>
internal sealed class AdminDispatch(IReadOnlyList<AdminRoute> routes, CallerCheck callers, IAccessWatch watch, Action<string, Exception> faults)
{
    /// <summary>Where the API begins.</summary>
    public const string Root = "/api/v1/";

    private readonly (AdminRoute Route, AdminPattern Pattern)[] _routes =
        [.. routes.Select(r => (Route: r, Pattern: new AdminPattern(r.Pattern))).OrderBy(r => r.Pattern.Rank, StringComparer.Ordinal)];

    public async Task AnswerAsync(HttpContext context)
    {
        var aborted = context.RequestAborted;
        try
        {
            await AdminReply.WriteAsync(context, await RunAsync(context, aborted).ConfigureAwait(false), aborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var error = Translate(e);
            if (error.Fault is BrokerFault.Internal or BrokerFault.Unavailable) faults(context.TraceIdentifier, e);
            await AdminReply.WriteErrorAsync(context, error, aborted).ConfigureAwait(false);
        }
    }

    private async Task<AdminAnswer> RunAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var target = Target(context, out var broken);
        var found = target is null ? null : Find(context.Request.Method, target);
        var facts = RequestFacts.Of(context);
        if (found is { } known) facts.Route = Root + known.Route.Pattern;
        var caller = found?.Route.Needs == Permission.None ? Caller.Unknown : await AuthenticateAsync(context, cancellationToken).ConfigureAwait(false);
        facts.Actor = caller.TokenId;
        if (broken is not null) throw broken;
        if (found is not var (route, values)) throw Missing(context.Request.Method, target!);
        await RequireAsync(context, caller, route, cancellationToken).ConfigureAwait(false);
        var unknown = target!.Query.Keys.FirstOrDefault(name => route.Query.All(q => q.Name != name));
        if (unknown is not null) throw new BrokerException(BrokerFault.BadRequest, $"'{Printable.Of(unknown, 64)}' is no member of this query");
        var body = await RequestBody.ReadAsync(context.Request, route.MostBodyBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            // A body can be held back for minutes: a token that was ended meanwhile does nothing any more.
            if (route.Needs != Permission.None && route.Method != "GET") await RequireAsync(context, await AuthenticateAsync(context, cancellationToken).ConfigureAwait(false), route, cancellationToken).ConfigureAwait(false);
            return await route.Handle(new AdminCall(context.TraceIdentifier, caller, values, target.Query, body), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body); // resources and what is to be wrapped come in bodies
        }
    }

    // A target that is not of its form is told so only to those who show a credential: others hear the same as for any route.
    private static RequestTarget? Target(HttpContext context, out BrokerException? broken)
    {
        broken = null;
        try
        {
            return RequestTarget.Parse(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "", Root);
        }
        catch (BrokerException e)
        {
            broken = e;
            return null;
        }
    }

    private (AdminRoute Route, IReadOnlyDictionary<string, string> Values)? Find(string method, RequestTarget target)
    {
        foreach (var (route, pattern) in _routes)
        {
            if (route.Method == method && pattern.Matches(target.Segments, out var values)) return (route, values);
        }
        return null;
    }

    private async Task<Caller> AuthenticateAsync(HttpContext context, CancellationToken cancellationToken)
    {
        try
        {
            var sent = context.Request.Headers.Authorization;
            return await callers.RequireAsync(sent.Count == 1 ? sent[0] : null, cancellationToken).ConfigureAwait(false);
        }
        catch (BrokerException e) when (e.Fault == BrokerFault.Unauthenticated)
        {
            await watch.UnauthenticatedAsync(context.TraceIdentifier, e.Message, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task RequireAsync(HttpContext context, Caller caller, AdminRoute route, CancellationToken cancellationToken)
    {
        if (caller.Holds(route.Needs)) return;
        var reason = $"access token {caller.TokenId} may not do this";
        await watch.DeniedAsync(context.TraceIdentifier, caller, $"{route.Method} {route.Pattern}", reason, cancellationToken).ConfigureAwait(false);
        throw new BrokerException(BrokerFault.Denied, reason, route.Needs == Permission.Admin ? "it needs an administrator's token" : $"it needs a token that can {PermissionNames.Of(route.Needs)}");
    }

    private BrokerException Missing(string method, RequestTarget target)
    {
        var others = _routes.Where(r => r.Pattern.Matches(target.Segments, out _)).Select(r => r.Route.Method).Distinct().ToList();
        return new BrokerException(
            BrokerFault.NotFound, others.Count == 0 ? "there is no such route" : $"there is no {Printable.Of(method, 16)} here, but {string.Join(", ", others)}",
            $"{Root}openapi.json lists the routes");
    }

    private static BrokerException Translate(Exception e) => e switch
    {
        BrokerException known => known,
        AttestationException known => new BrokerException(FaultNames.Of(known.Fault), known.Message, known.Hint, known),
        CofferException known => new BrokerException(BrokerFault.BadRequest, known.Message, known.Hint, known),
        _ => new BrokerException(BrokerFault.Internal, "the broker failed; its log says more under this request's id", inner: e),
    };
}
