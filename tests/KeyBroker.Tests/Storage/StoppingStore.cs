using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Tests.Storage;

/// <summary>A store whose process ends before a write.</summary>
/// <param name="store">The store.</param>
/// <param name="writes">How many writes it lives for.</param>
internal sealed class StoppingStore(IBrokerStore store, int writes) : IBrokerStore
{
    private int _left = writes;

    public Task<T> ReadAsync<T>(Func<IStoreReader, ValueTask<T>> work, CancellationToken cancellationToken) => store.ReadAsync(work, cancellationToken);

    public Task<T> WriteAsync<T>(Func<IStoreWriter, ValueTask<T>> work, CancellationToken cancellationToken) =>
        _left-- > 0 ? store.WriteAsync(work, cancellationToken) : throw new OperationCanceledException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
