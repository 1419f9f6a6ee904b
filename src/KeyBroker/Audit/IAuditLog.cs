using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Audit;

/// <summary>Puts entries at the end of this broker's hash chain, in the transaction of what they are about: no entry, no effect.</summary>
internal interface IAuditLog
{
    /// <summary>Appends one entry and moves the authenticated head.</summary>
    ValueTask AppendAsync(IStoreWriter store, AuditEvent entry);
}
