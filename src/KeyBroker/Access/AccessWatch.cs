using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Access;

/// <summary>Puts those who were turned away into the audit.</summary>
internal sealed class AccessWatch(IBrokerStore store, IAuditLog audit) : IAccessWatch
{
    public Task UnauthenticatedAsync(string requestId, string reason, CancellationToken cancellationToken) =>
        AppendAsync(new AuditEvent(requestId, "access.unauthenticated", AuditOutcome.Denied, reason), cancellationToken);

    public Task DeniedAsync(string requestId, Caller caller, string route, string reason, CancellationToken cancellationToken) =>
        AppendAsync(new AuditEvent(requestId, "access.denied", AuditOutcome.Denied, reason) { Actor = caller.TokenId, Subject = route }, cancellationToken);

    private Task<bool> AppendAsync(AuditEvent entry, CancellationToken cancellationToken) => store.WriteAsync(
        async writer =>
        {
            await audit.AppendAsync(writer, entry).ConfigureAwait(false);
            return true;
        }, cancellationToken);
}
