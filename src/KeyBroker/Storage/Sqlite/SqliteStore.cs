using System.Collections.Concurrent;
using Coffer.KeyBroker.Files;
using Coffer.KeyBroker.Storage.Writes;
using Microsoft.Data.Sqlite;

namespace Coffer.KeyBroker.Storage.Sqlite;

/// <summary>
/// Records in one SQLite file: write-ahead log, synchronous FULL, so that what was acknowledged outlives a power cut. One writer at a
/// time, in the order in which they came, and those that come at the same time share a commit; readers beside it, each with the state
/// at its beginning. Other processes may have the same file open. Records that have expired are removed on the way, some in a minute.
/// </summary>
internal sealed class SqliteStore : IBrokerStore
{
    private const int MostReaders = 8;
    private const int PurgeBatch = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromMinutes(1);

    private readonly string _file;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _patience;
    private readonly IReadOnlyList<string> _steps;
    private readonly WriteQueue _writes;
    private readonly SemaphoreSlim _reading = new(MostReaders);
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private SqliteSession? _writer;
    private DateTimeOffset _purged;
    private bool _disposed;

    private SqliteStore(string file, TimeProvider clock, TimeSpan patience, IReadOnlyList<string> steps)
    {
        _steps = steps;
        _writes = new WriteQueue(CommitAsync);
        _file = file;
        _clock = clock;
        _patience = patience;
        _purged = clock.GetUtcNow();
    }

    /// <summary>Opens the file, or makes it (mode 0600, its folder 0700), and brings it to the present schema.</summary>
    /// <param name="file">Its path. SQLite puts <c>-wal</c> and <c>-shm</c> beside it.</param>
    /// <param name="clock">Says what has expired.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: it cannot be opened or made, stands open to other users, is of a newer schema or of another program.</exception>
    public static SqliteStore Open(string file, TimeProvider clock) => Open(file, clock, Patience);

    /// <param name="file">Its path.</param>
    /// <param name="clock">Says what has expired.</param>
    /// <param name="patience">How long another process may hold the file.</param>
    /// <param name="steps">The versions of the schema that are known; null for this program's.</param>
    internal static SqliteStore Open(string file, TimeProvider clock, TimeSpan patience, IReadOnlyList<string>? steps = null)
    {
        var store = new SqliteStore(Path.GetFullPath(file), clock, patience, steps ?? SqliteSchema.Steps);
        store.Make();
        store._writer = store.Guard(() => store.NewSession(migrate: true));
        return store;
    }

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<IStoreReader, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => ReadNowAsync(work), cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw SqliteFault.Of(e, _file);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It is called from within a write, which would wait for itself.</exception>
    public Task<T> WriteAsync<T>(Func<IStoreWriter, ValueTask<T>> work, CancellationToken cancellationToken) => _writes.WriteAsync(work, cancellationToken);

    /// <summary>Removes all records that have expired, and says how many there were.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    public async Task<long> PurgeAsync(CancellationToken cancellationToken)
    {
        long all = 0;
        int some;
        do
        {
            some = await WriteAsync(w => ValueTask.FromResult(((StoreTransaction)w).Purge(PurgeBatch)), cancellationToken).ConfigureAwait(false);
            all += some;
        }
        while (some == PurgeBatch);
        return all;
    }

    /// <summary>Waits for what is under way, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _writes.CloseAsync().ConfigureAwait(false);
        for (var i = 0; i < MostReaders; i++) await _reading.WaitAsync().ConfigureAwait(false);
        foreach (var reader in _readers) reader.Dispose();
        _readers.Clear();
        _writer?.Dispose();
        _writer = null;
        _reading.Dispose();
    }

    /// <summary>Lets the file grow to so many pages of 4096 bytes and no further, as a full disk would.</summary>
    internal void LimitPages(int pages) => _writer!.Execute($"PRAGMA max_page_count = {pages}");

    private async Task<T> ReadNowAsync<T>(Func<IStoreReader, ValueTask<T>> work)
    {
        if (!_readers.TryTake(out var session)) session = NewSession();
        var keep = false;
        try
        {
            session.Begin(write: false);
            var transaction = new StoreTransaction(session, _clock.GetUtcNow().ToUnixTimeMilliseconds());
            try
            {
                return await work(transaction).ConfigureAwait(false);
            }
            finally
            {
                transaction.End();
                keep = session.Rollback();
            }
        }
        finally
        {
            if (keep) _readers.Add(session);
            else session.Dispose();
        }
    }

    private async Task CommitAsync(WriteBatch batch)
    {
        try
        {
            await WriteAllAsync(batch).ConfigureAwait(false);
            batch.Acknowledge();
        }
        catch (SqliteException) when (batch.Count > 1)
        {
            foreach (var one in batch.Alone()) await CommitAloneAsync(one).ConfigureAwait(false);
        }
        catch (SqliteException e)
        {
            throw SqliteFault.Of(e, _file);
        }
    }

    private async Task CommitAloneAsync(WriteBatch one)
    {
        try
        {
            await WriteAllAsync(one).ConfigureAwait(false);
            one.Acknowledge();
        }
        catch (SqliteException e)
        {
            one.Fail(SqliteFault.Of(e, _file));
        }
    }

    private async Task WriteAllAsync(WriteBatch batch)
    {
        var session = _writer ??= NewSession();
        try
        {
            session.Begin(write: true);
            var now = _clock.GetUtcNow();
            while (await batch.NextAsync().ConfigureAwait(false) is { } write) await WriteOneAsync(session, write).ConfigureAwait(false);
            PurgeSome(new StoreTransaction(session, now.ToUnixTimeMilliseconds()), now);
            session.Commit();
        }
        catch
        {
            if (!session.Rollback())
            {
                _writer = null;
                session.Dispose();
            }
            throw;
        }
    }

    private async Task WriteOneAsync(SqliteSession session, QueuedWrite write)
    {
        var transaction = new StoreTransaction(session, _clock.GetUtcNow().ToUnixTimeMilliseconds());
        session.Save();
        bool stands;
        try
        {
            stands = await write.RunAsync(transaction, _writes.Inside, static e => e is SqliteException).ConfigureAwait(false);
        }
        finally
        {
            transaction.End();
        }
        if (!stands) session.BackToSaved();
        session.Release();
    }

    private void PurgeSome(StoreTransaction transaction, DateTimeOffset now)
    {
        if ((now - _purged).Duration() < PurgeInterval) return; // also where the clock was set back
        if (transaction.Purge(PurgeBatch) < PurgeBatch) _purged = now;
    }

    private void Make()
    {
        PrivateFiles.EnsureFolder(Path.GetDirectoryName(_file)!);
        try
        {
            using (new FileStream(_file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = PrivateFiles.FileMode }))
            {
                // Made before SQLite would, which asks the umask; its other files take the mode of this one.
            }
        }
        catch (IOException) when (File.Exists(_file))
        {
            PrivateFiles.CheckFile(_file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException(BrokerFault.Unavailable, $"the store {Oci.Printable.Of(_file)} cannot be made: {Oci.Printable.Of(e.Message)}", null, e);
        }
    }

    private SqliteSession NewSession(bool migrate = false)
    {
        var session = new SqliteSession(_file, _patience);
        try
        {
            if (migrate) SqliteSchema.Migrate(session, _file, _steps); // before anything is changed, in case it is not ours
            session.UseLog();
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private T Guard<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (SqliteException e)
        {
            throw SqliteFault.Of(e, _file);
        }
    }
}
