namespace Coffer.KeyBroker.Storage;

/// <summary>
/// Everything that a broker keeps: records by collection and key. Several brokers may share one store. Safe for many calls at once.
/// </summary>
internal interface IBrokerStore : IAsyncDisposable
{
    /// <summary>Reads one consistent state.</summary>
    /// <param name="work">What to read. It may be run again from its start, so it changes nothing outside.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    Task<T> ReadAsync<T>(Func<IStoreReader, ValueTask<T>> work, CancellationToken cancellationToken);

    /// <summary>
    /// One serializable transaction: all of it is stored durably before this completes, or, where <paramref name="work"/> throws, nothing.
    /// </summary>
    /// <param name="work">What to read and write. It may be run again from its start after a conflict, so it changes nothing outside.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    Task<T> WriteAsync<T>(Func<IStoreWriter, ValueTask<T>> work, CancellationToken cancellationToken);
}
