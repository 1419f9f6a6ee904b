using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.RootKeys.Ring;

/// <summary>Says in the store, while this process serves, that it lives and which key ring it works with, so that a change of the root key reaches it. Disposal ends that.</summary>
internal sealed class ReplicaPresence : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IBrokerStore _store;
    private readonly KeyRing _ring;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private Task _saying = Task.CompletedTask;
    private DateTimeOffset _said;
    private long _epoch = -1;

    private ReplicaPresence(IBrokerStore store, KeyRing ring, TimeProvider time) => (_store, _ring, _time) = (store, ring, time);

    /// <summary>Says so for the first time, and goes on.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used, or its root key was just changed.</exception>
    public static async Task<ReplicaPresence> StartAsync(IBrokerStore store, KeyRing ring, TimeProvider time, CancellationToken cancellationToken)
    {
        var presence = new ReplicaPresence(store, ring, time);
        await presence.SayAsync(cancellationToken).ConfigureAwait(false);
        presence._saying = presence.GoOnAsync();
        return presence;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _saying.ConfigureAwait(false);
        _stop.Dispose();
        try
        {
            await _store.WriteAsync(w => w.DeleteAsync(Collections.Replicas, _ring.Process), CancellationToken.None).ConfigureAwait(false);
        }
        catch (BrokerException)
        {
            // It counts as gone a little later by itself.
        }
    }

    private async Task GoOnAsync()
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                try
                {
                    await LookAsync(_stop.Token).ConfigureAwait(false);
                }
                catch (BrokerException)
                {
                    // The store is away, or the ring is not for us any more: every request says so by itself.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    // Reading is cheap, writing is not: said is what changed, and that it lives, in time.
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await _ring.ReloadAsync(_store, cancellationToken).ConfigureAwait(false);
        if (_ring.State.Epoch != _epoch || _time.GetUtcNow() - _said > ReplicaRecord.Life / 3 || _time.GetUtcNow() < _said) await SayAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task SayAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var epoch = await _store.WriteAsync(
            async w =>
            {
                var state = await RingRecord.FindAsync(w).ConfigureAwait(false) is { } value ? _ring.Take(value) : _ring.State;
                await new ReplicaRecord(_ring.Process, _ring.PublicKey, state.Epoch).PutAsync(w, state.Current, now).ConfigureAwait(false);
                return state.Epoch;
            }, cancellationToken).ConfigureAwait(false);
        (_said, _epoch) = (now, epoch);
    }
}
