using System.Security.Cryptography;
using Coffer.Attestation;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Telemetry;
using Coffer.Oci;
using Coffer.KeyBroker.Limits;
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
        var caller = await AuthenticateAsync(context, found?.Route.Needs, isAgain: false, cancellationToken).ConfigureAwait(false);
        facts.Actor = caller.Actor;
        if (broken is not null) throw broken;
        if (found is not var (route, values)) throw Missing(context.Request.Method, target!);
        await RequireAsync(context, caller, route, values, cancellationToken).ConfigureAwait(false);
        var unknown = target!.Query.Keys.FirstOrDefault(name => route.Query.All(q => q.Name != name));
        if (unknown is not null) throw new BrokerException(BrokerFault.BadRequest, $"'{Printable.Of(unknown, 64)}' is no member of this query");
        var body = await RequestBody.ReadAsync(context.Request, route.MostBodyBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            // A body can be held back for minutes: a token that was ended meanwhile does nothing any more.
            if (route.Needs != Permission.None && route.Method != "GET") await RequireAsync(context, await AuthenticateAsync(context, route.Needs, isAgain: true, cancellationToken).ConfigureAwait(false), route, values, cancellationToken).ConfigureAwait(false);
            return await route.Handle(new AdminCall(context.TraceIdentifier, caller, values, target.Query, body), cancellationToken).ConfigureAwait(false);
        }
        catch (AccessDeniedException e)
        {
            await watch.DeniedAsync(context.TraceIdentifier, caller, $"{route.Method} {route.Pattern}", e.Message, cancellationToken).ConfigureAwait(false);
            throw;
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

    private async Task<Caller> AuthenticateAsync(HttpContext context, Permission? needed, bool isAgain, CancellationToken cancellationToken)
    {
        try
        {
            var shown = RequestCredential.Of(context) with { IsSeenBefore = isAgain };
            return needed == Permission.None ? callers.Unknown(shown) : await callers.RequireAsync(shown, cancellationToken).ConfigureAwait(false);
        }
        catch (LimitedException e)
        {
            await watch.LimitedAsync(context.TraceIdentifier, e.Message, cancellationToken).ConfigureAwait(false);
            throw;
        }
        catch (BrokerException e) when (e.Fault == BrokerFault.Unauthenticated)
        {
            await watch.UnauthenticatedAsync(context.TraceIdentifier, e.Message, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    // Where a route names a resource, whoever reaches it not is turned away here; what names it in a body or a list, the route itself looks after.
    private async Task RequireAsync(HttpContext context, Caller caller, AdminRoute route, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken)
    {
        var error = !caller.Holds(route.Needs) ? AccessDeniedException.Of(caller, route.Needs)
            : RoleTable.IsAtPaths(route.Needs) && route.NamesResource && !caller.Reaches(route.Needs, values[AdminRoute.ResourcePath]) ? AccessDeniedException.AtPath(caller, values[AdminRoute.ResourcePath])
            : null;
        if (error is null) return;
        await watch.DeniedAsync(context.TraceIdentifier, caller, $"{route.Method} {route.Pattern}", error.Message, cancellationToken).ConfigureAwait(false);
        throw error;
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
