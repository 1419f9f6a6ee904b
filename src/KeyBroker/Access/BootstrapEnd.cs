using System.Text;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Access;

/// <summary>
/// Ends the first administrator's token, which never expires, as soon as somebody else administers: with a credential that holds the role admin
/// and lives for more than a day from then. A shorter one is a helper of the first administrator's, and would leave nobody behind it. What
/// <c>token reset-admin</c> makes expires by itself, and is not touched.
/// </summary>
internal sealed class BootstrapEnd(IBrokerStore store, IAuditLog audit, TimeProvider time)
{
    private static readonly TimeSpan Helper = TimeSpan.FromDays(1);

    private volatile bool _over; // a store gets no second such token

    /// <summary>Somebody showed a credential that holds.</summary>
    /// <param name="requestId">For the audit.</param>
    /// <param name="caller">Who.</param>
    /// <param name="until">When the credential's own right ends; null where it stands until it is taken away.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    public async Task NoteAsync(string requestId, Caller caller, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        if (_over || !caller.Holds(Permission.Admin) || until <= time.GetUtcNow() + Helper) return;
        if (await store.ReadAsync(FindAsync, cancellationToken).ConfigureAwait(false) is not { } first)
        {
            _over = true;
            return;
        }
        if (first == caller.Actor) return;
        await store.WriteAsync(s => EndAsync(s, requestId, caller), cancellationToken).ConfigureAwait(false);
        _over = true;
    }

    private async ValueTask<bool> EndAsync(IStoreWriter s, string requestId, Caller caller)
    {
        if (await FindAsync(s).ConfigureAwait(false) is not { } first || !await s.DeleteAsync(Collections.AccessTokens, first).ConfigureAwait(false)) return false;
        await audit.AppendAsync(s, new AuditEvent(requestId, "token.bootstrap-end", AuditOutcome.Allowed, $"ended: {caller.Actor} administers now") { Actor = caller.Actor, Subject = first }).ConfigureAwait(false);
        return true;
    }

    // The id of the first administrator's token while there is one; null where it is ended, or was made by reset-admin.
    private static async ValueTask<string?> FindAsync(IStoreReader s)
    {
        if (await s.FindAsync(Collections.Store, AdminTokenFile.Marker).ConfigureAwait(false) is not { } marker) return null;
        var id = Encoding.ASCII.GetString(marker.Value);
        return await s.FindAsync(Collections.AccessTokens, id).ConfigureAwait(false) is { } record && AccessToken.FromBytes(id, record.Value).Expires is null ? id : null;
    }
}
