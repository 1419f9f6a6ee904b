using System.Security.Cryptography;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Health;

/// <summary>
/// Puts something into the store durably, and reads it back. Two records take turns, each large enough to need room of its own while the
/// other is still there: one written over in place succeeds on a disk where nothing can be put down any more. Where the broker ends, the
/// last of them expires. One look at a time.
/// </summary>
internal sealed class StoreProbe(IBrokerStore store, TimeProvider time)
{
    private const int Bytes = 8192;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private string _next = Name(), _last = Name();

    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    public async Task AskAsync(CancellationToken cancellationToken)
    {
        var value = RandomNumberGenerator.GetBytes(Bytes);
        var (next, last) = (_next, _last);
        await store.WriteAsync(
            async w =>
            {
                await w.PutAsync(Collections.Store, next, value, time.GetUtcNow() + Lifetime).ConfigureAwait(false);
                await w.DeleteAsync(Collections.Store, last).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        (_next, _last) = (last, next);
        var there = await store.ReadAsync(r => r.FindAsync(Collections.Store, next), cancellationToken).ConfigureAwait(false);
        if (there is null || !there.Value.AsSpan().SequenceEqual(value)) throw new BrokerException(BrokerFault.Unavailable, "the store does not show what was written to it");
    }

    private static string Name() => $"probe/{RandomNames.New()}";
}
