using System.Text.Json.Nodes;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Hosts;

/// <summary>What operators do with hosts. Each change stands in the audit, in the transaction in which it is made.</summary>
/// <param name="store">Where hosts are kept.</param>
/// <param name="audit">Where changes are put down.</param>
/// <param name="time">The clock.</param>
internal sealed class HostAdministration(IBrokerStore store, IAuditLog audit, TimeProvider time)
{
    /// <summary>Hosts in the order of their ids.</summary>
    /// <param name="after">Only those behind this id; null for the first page.</param>
    /// <param name="most">1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<Host>> ListAsync(string? after, int most, CancellationToken cancellationToken) =>
        store.ReadAsync(s => HostRecords.ListAsync(s, after, Math.Clamp(most, 1, 1000)), cancellationToken);

    /// <summary>One host.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>: no such host.</exception>
    public Task<Host> GetAsync(string id, CancellationToken cancellationToken) => store.ReadAsync(s => RequireAsync(s, id), cancellationToken);

    /// <summary>Approves a pending host, and records the PCR values last verified as its baseline.</summary>
    /// <param name="origin">Who asked, in which request.</param>
    /// <param name="id">The host.</param>
    /// <param name="labels">Its labels from now on; null to leave them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>; <see cref="BrokerFault.Conflict"/>: it is not pending.</exception>
    public Task<Host> ApproveAsync(RequestOrigin origin, string id, IReadOnlyList<string>? labels, CancellationToken cancellationToken) =>
        ChangeAsync(origin, id, "host.approve", "approved; the PCR values last verified are its baseline", host => host.State switch
        {
            HostState.Pending => host with { State = HostState.Approved, Baseline = Copy(host.Pcrs), Labels = labels ?? host.Labels },
            HostState.Revoked => throw new BrokerException(BrokerFault.Conflict, $"host {id} is revoked", "reinstate it first"),
            _ => throw new BrokerException(BrokerFault.Conflict, $"host {id} is approved already", "a new baseline is recorded by the baseline operation"),
        }, cancellationToken);

    /// <summary>Revokes a host by its endorsement key, at once: its live tokens open nothing any more.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>; <see cref="BrokerFault.Conflict"/>: it is revoked already.</exception>
    public Task<Host> RevokeAsync(RequestOrigin origin, string id, CancellationToken cancellationToken) =>
        ChangeAsync(origin, id, "host.revoke", "revoked", host => host.State != HostState.Revoked
            ? host with { State = HostState.Revoked }
            : throw new BrokerException(BrokerFault.Conflict, $"host {id} is revoked already"), cancellationToken);

    /// <summary>Takes a revocation back: the host is pending again.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>; <see cref="BrokerFault.Conflict"/>: it is not revoked.</exception>
    public Task<Host> ReinstateAsync(RequestOrigin origin, string id, CancellationToken cancellationToken) =>
        ChangeAsync(origin, id, "host.reinstate", "pending again", host => host.State == HostState.Revoked
            ? host with { State = HostState.Pending }
            : throw new BrokerException(BrokerFault.Conflict, $"host {id} is not revoked"), cancellationToken);

    /// <summary>Replaces a host's labels.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>.</exception>
    public Task<Host> LabelAsync(RequestOrigin origin, string id, IReadOnlyList<string> labels, CancellationToken cancellationToken) =>
        ChangeAsync(origin, id, "host.label", $"labels: {(labels.Count == 0 ? "none" : string.Join(", ", labels))}", host => host with { Labels = labels }, cancellationToken);

    /// <summary>Records the PCR values last verified as an approved host's baseline, as after an update of its firmware or kernel.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>; <see cref="BrokerFault.Conflict"/>: it is not approved.</exception>
    public Task<Host> RefreshBaselineAsync(RequestOrigin origin, string id, CancellationToken cancellationToken) =>
        ChangeAsync(origin, id, "host.baseline", "the PCR values last verified are its baseline", host => host.State == HostState.Approved
            ? host with { Baseline = Copy(host.Pcrs) }
            : throw new BrokerException(BrokerFault.Conflict, $"host {id} is {HostDocument.Word(host.State)}", "a baseline is recorded when it is approved"), cancellationToken);

    private Task<Host> ChangeAsync(RequestOrigin origin, string id, string action, string reason, Func<Host, Host> change, CancellationToken cancellationToken) =>
        store.WriteAsync(async s =>
        {
            var before = await RequireAsync(s, id).ConfigureAwait(false);
            var after = change(before);
            after = after with { Labels = [.. after.Labels.Order(StringComparer.Ordinal)] };
            if (after.State != before.State) after = after with { Changed = time.GetUtcNow() };
            await HostRecords.PutAsync(s, after).ConfigureAwait(false);
            await audit.AppendAsync(s, new AuditEvent(origin.RequestId, action, AuditOutcome.Allowed, reason) { Actor = origin.Actor, Subject = id }).ConfigureAwait(false);
            return after;
        }, cancellationToken);

    private static async ValueTask<Host> RequireAsync(IStoreReader store, string id) =>
        (id.Length <= 64 ? await HostRecords.FindAsync(store, id).ConfigureAwait(false) : null)
        ?? throw new BrokerException(BrokerFault.NotFound, $"there is no host {Printable.Of(id, 64)}", "list the hosts");

    private static JsonObject Copy(JsonObject values) => values.DeepClone().AsObject();
}
