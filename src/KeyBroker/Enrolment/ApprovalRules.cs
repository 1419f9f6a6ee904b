using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>Approval rules in the store.</summary>
internal sealed class ApprovalRules(IBrokerStore store, IAuditLog audit)
{
    /// <summary>The most there can be: all are looked at when a host enrols.</summary>
    public const int Most = 256;

    public Task<IReadOnlyList<ApprovalRule>> ListAsync(CancellationToken cancellationToken) => store.ReadAsync(ReadAsync, cancellationToken);

    /// <summary>Puts a rule, in place of the one of that name.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.TooMany"/>; <see cref="BrokerFault.BadRequest"/>: it has no condition.</exception>
    public Task PutAsync(RequestOrigin origin, ApprovalRule rule, CancellationToken cancellationToken) => store.WriteAsync(async s =>
    {
        if (rule.EkIssuer is null && rule.EkFingerprints is null) throw new BrokerException(BrokerFault.BadRequest, "the rule has no condition: it would approve everybody", "give ek_issuer or ek_fingerprints");
        if (await s.FindAsync(Collections.ApprovalRules, rule.Name).ConfigureAwait(false) is null && await s.CountAsync(Collections.ApprovalRules).ConfigureAwait(false) >= Most)
        {
            throw new BrokerException(BrokerFault.TooMany, $"there are {Most} approval rules already", "delete some");
        }
        await s.PutAsync(Collections.ApprovalRules, rule.Name, StoredDocument.Write(rule.Show())).ConfigureAwait(false);
        await NoteAsync(s, origin, "approval-rule.put", rule.Name, JsonText.Of(rule.Show())).ConfigureAwait(false);
        return true;
    }, cancellationToken);

    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>.</exception>
    public Task DeleteAsync(RequestOrigin origin, string name, CancellationToken cancellationToken) => store.WriteAsync(async s =>
    {
        if (name.Length > 64 || !await s.DeleteAsync(Collections.ApprovalRules, name).ConfigureAwait(false)) throw new BrokerException(BrokerFault.NotFound, $"there is no approval rule {Printable.Of(name, 64)}");
        await NoteAsync(s, origin, "approval-rule.delete", name, "deleted").ConfigureAwait(false);
        return true;
    }, cancellationToken);

    /// <summary>The first rule, by name, that approves such a key; null where none does.</summary>
    public static async ValueTask<ApprovalRule?> FindAsync(IStoreReader reader, HostEk ek) => (await ReadAsync(reader).ConfigureAwait(false)).FirstOrDefault(r => r.Holds(ek));

    private static async ValueTask<IReadOnlyList<ApprovalRule>> ReadAsync(IStoreReader reader) =>
        [.. (await reader.ListAsync(Collections.ApprovalRules, "", null, Most).ConfigureAwait(false)).Select(r => ApprovalRule.FromBytes(r.Value))];

    private ValueTask NoteAsync(IStoreWriter s, RequestOrigin origin, string action, string name, string reason) =>
        audit.AppendAsync(s, new AuditEvent(origin.RequestId, action, AuditOutcome.Allowed, reason) { Actor = origin.Actor, Subject = name });
}
