using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Storage.Sqlite;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests;

/// <summary>A data folder with a store and a root key in it, and a clock that stands still.</summary>
internal sealed class BrokerFixture : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();

    public BrokerFixture()
    {
        Data = _folder.Combine("data");
        (RootKey, _) = FileRootKey.OpenOrCreate(Data);
        Store = SqliteStore.Open(Database, Clock);
    }

    public string Data { get; }

    public string Database => Path.Combine(Data, "broker.db");

    public SettableClock Clock { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

    public IRootKey RootKey { get; }

    public IBrokerStore Store { get; }

    public Task WriteAsync(Func<IStoreWriter, ValueTask> work) => Store.WriteAsync(
        async w =>
        {
            await work(w);
            return true;
        },
        TestContext.Current.CancellationToken);

    public Task<T> ReadAsync<T>(Func<IStoreReader, ValueTask<T>> work) => Store.ReadAsync(work, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        RootKey.Dispose();
        _folder.Dispose();
    }
}
