using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Refusals;

/// <summary>Puts refusals of people nobody knows into the audit, in a transaction of their own and through the flood gate.</summary>
internal sealed class RefusalLog(IBrokerStore store, FloodGate gate)
{
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    public Task NoteAsync(AuditEvent entry, CancellationToken cancellationToken) => gate.WriteAsync(store, entry, cancellationToken);
}
