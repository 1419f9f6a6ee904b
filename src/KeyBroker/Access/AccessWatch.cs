using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Audit;

namespace Coffer.KeyBroker.Access;

/// <summary>Puts those who were turned away into the audit: whoever is known at once, all others through the flood gate.</summary>
internal sealed class AccessWatch(BrokerParts parts) : IAccessWatch
{
    public Task UnauthenticatedAsync(string requestId, string reason, CancellationToken cancellationToken) =>
        parts.Floods.WriteAsync(parts.Store, new AuditEvent(requestId, "access.unauthenticated", AuditOutcome.Denied, reason), cancellationToken);

    public Task LimitedAsync(string requestId, string reason, CancellationToken cancellationToken) =>
        parts.Floods.WriteAsync(parts.Store, new AuditEvent(requestId, "access.limited", AuditOutcome.Denied, reason), cancellationToken);

    public Task DeniedAsync(string requestId, Caller caller, string route, string reason, CancellationToken cancellationToken) => parts.Store.WriteAsync(
        async writer =>
        {
            await parts.Audit.AppendAsync(writer, new AuditEvent(requestId, "access.denied", AuditOutcome.Denied, reason) { Actor = caller.TokenId, Subject = route }).ConfigureAwait(false);
            return true;
        }, cancellationToken);
}
