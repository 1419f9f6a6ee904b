using System.Diagnostics;
using System.Security.Cryptography;
using Coffer.KeyBroker.Storage.Writes;
using Npgsql;

namespace Coffer.KeyBroker.Storage.Postgres;

/// <summary>
/// Records in a PostgreSQL database that several brokers share. Writes are serializable transactions on a connection of their own, and
/// those that come at the same time share a commit; after a conflict with another broker they are run again, the last times with the
/// table to themselves. Reads are snapshots on other connections. A server that went away is found again by the next request.
/// </summary>
internal sealed class PostgresStore : IBrokerStore
{
    private const int PurgeBatch = 1000;
    private const int OptimisticRuns = 4, Runs = 8;
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan OutagePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OutagePause = TimeSpan.FromMilliseconds(100);

    private readonly PostgresAddress _address;
    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider _clock;
    private readonly IReadOnlyList<string> _steps;
    private readonly WriteQueue _writes;
    private readonly SemaphoreSlim _reading;
    private PostgresSession? _writer;
    private long _purged = Stopwatch.GetTimestamp();
    private bool _disposed;

    private PostgresStore(PostgresAddress address, NpgsqlDataSource source, TimeProvider clock, IReadOnlyList<string> steps)
    {
        (_address, _source, _clock, _steps) = (address, source, clock, steps);
        _writes = new WriteQueue(CommitAsync);
        _reading = new SemaphoreSlim(address.Connections - 1); // one is the writer's
    }

    /// <summary>Connects, and brings the database to the present schema.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="insecure">Whether the connection may go unprotected to another machine.</param>
    /// <param name="clock">Says what has expired.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="steps">The versions of the schema that are known; null for this program's.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: it cannot be reached or used, or is of a newer schema.</exception>
    public static async Task<PostgresStore> OpenAsync(PostgresAddress address, bool insecure, TimeProvider clock, CancellationToken cancellationToken, IReadOnlyList<string>? steps = null)
    {
        var store = new PostgresStore(address, PostgresSource.Make(address, insecure), clock, steps ?? PostgresSchema.Steps);
        try
        {
            store._writer = await store.ConnectWriterAsync(cancellationToken).ConfigureAwait(false);
            return store;
        }
        catch (Exception e)
        {
            await store.DisposeAsync().ConfigureAwait(false);
            if (PostgresFault.IsOne(e)) throw PostgresFault.Of(e, address);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<IStoreReader, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ReadPatientlyAsync(work, cancellationToken).ConfigureAwait(false);
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
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the store cannot be used.</exception>
    public async Task<long> PurgeAsync(CancellationToken cancellationToken)
    {
        long all = 0;
        int some;
        do
        {
            some = await WriteAsync(async w => await ((PostgresTransaction)w).PurgeAsync(PurgeBatch).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            all += some;
        }
        while (some == PurgeBatch);
        return all;
    }

    /// <summary>Waits for what is under way, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _writes.CloseAsync().ConfigureAwait(false);
        if (_writer is not null) await _writer.DisposeAsync().ConfigureAwait(false);
        _writer = null;
        await _source.DisposeAsync().ConfigureAwait(false);
        _reading.Dispose();
    }

    private async Task<T> ReadPatientlyAsync<T>(Func<IStoreReader, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return await ReadOnceAsync(work, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (PostgresFault.IsOutage(e) && Stopwatch.GetElapsedTime(began) < OutagePatience)
            {
                await Task.Delay(OutagePause, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (PostgresFault.IsOne(e))
            {
                throw PostgresFault.Of(e, _address);
            }
        }
    }

    private async Task<T> ReadOnceAsync<T>(Func<IStoreReader, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var session = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.LaterAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").ConfigureAwait(false);
            var transaction = new PostgresTransaction(session, _clock.GetUtcNow().ToUnixTimeMilliseconds());
            try
            {
                return await work(transaction).ConfigureAwait(false);
            }
            finally
            {
                transaction.End();
                await session.RollbackAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task CommitAsync(WriteBatch batch)
    {
        var began = Stopwatch.GetTimestamp();
        for (var run = 1; ; run++)
        {
            try
            {
                await WriteAllAsync(batch, alone: run > OptimisticRuns).ConfigureAwait(false);
                break;
            }
            catch (Exception e) when (PostgresFault.IsConflict(e) && run < Runs)
            {
                batch.Rewind();
                await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(run * 3))).ConfigureAwait(false);
            }
            catch (Exception e) when (PostgresFault.IsOutage(e) && Stopwatch.GetElapsedTime(began) < OutagePatience)
            {
                batch.Rewind();
                await Task.Delay(OutagePause).ConfigureAwait(false);
                run--;
            }
            catch (PostgresException e) when (batch.Count > 1 && !PostgresFault.IsConflict(e) && !PostgresFault.IsOutage(e))
            {
                foreach (var one in batch.Alone()) await CommitAloneAsync(one).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (PostgresFault.IsOne(e))
            {
                throw PostgresFault.Of(e, _address);
            }
        }
        batch.Acknowledge();
        await PurgeSomeAsync().ConfigureAwait(false);
    }

    private async Task CommitAloneAsync(WriteBatch one)
    {
        try
        {
            await CommitAsync(one).ConfigureAwait(false);
        }
        catch (BrokerException e)
        {
            one.Fail(e);
        }
    }

    private async Task WriteAllAsync(WriteBatch batch, bool alone)
    {
        var session = _writer ??= await ConnectWriterAsync(CancellationToken.None).ConfigureAwait(false);
        var isCommitting = false;
        try
        {
            await batch.CloseAsync().ConfigureAwait(false);
            await session.LaterAsync("BEGIN ISOLATION LEVEL SERIALIZABLE").ConfigureAwait(false);
            // Before the snapshot is taken: whoever has it meets no other writer.
            if (alone) await session.LaterAsync("LOCK TABLE coffer.records IN SHARE ROW EXCLUSIVE MODE").ConfigureAwait(false);
            while (batch.Next() is { } write) await WriteOneAsync(session, write).ConfigureAwait(false);
            await session.SendAsync().ConfigureAwait(false);
            await session.LaterAsync("COMMIT").ConfigureAwait(false);
            isCommitting = true;
            await session.SendAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (!await session.RollbackAsync().ConfigureAwait(false))
            {
                _writer = null;
                await session.DisposeAsync().ConfigureAwait(false);
            }
            if (isCommitting && PostgresFault.IsOutage(e)) throw new LostCommitException(e);
            throw;
        }
    }

    private async Task WriteOneAsync(PostgresSession session, QueuedWrite write)
    {
        var transaction = new PostgresTransaction(session, _clock.GetUtcNow().ToUnixTimeMilliseconds());
        await session.LaterAsync("SAVEPOINT one").ConfigureAwait(false);
        bool stands;
        try
        {
            stands = await write.RunAsync(transaction, _writes.Inside, PostgresFault.IsOne).ConfigureAwait(false);
        }
        finally
        {
            transaction.End();
        }
        if (!stands) await session.LaterAsync("ROLLBACK TO one").ConfigureAwait(false);
        await session.LaterAsync("RELEASE one").ConfigureAwait(false);
    }

    // In a transaction of its own, so that it conflicts with nobody; what fails here is tried again in a minute.
    private async Task PurgeSomeAsync()
    {
        if (Stopwatch.GetElapsedTime(_purged) < PurgeInterval || _writer is not { } session) return;
        _purged = Stopwatch.GetTimestamp();
        try
        {
            await session.LaterAsync("BEGIN").ConfigureAwait(false);
            while (await new PostgresTransaction(session, _clock.GetUtcNow().ToUnixTimeMilliseconds()).PurgeAsync(PurgeBatch).ConfigureAwait(false) == PurgeBatch)
            {
                await session.LaterAsync("COMMIT").ConfigureAwait(false);
                await session.LaterAsync("BEGIN").ConfigureAwait(false);
            }
            await session.LaterAsync("COMMIT").ConfigureAwait(false);
            await session.SendAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (PostgresFault.IsOne(e))
        {
            if (await session.RollbackAsync().ConfigureAwait(false)) return;
            _writer = null;
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Also after an outage: what is there now may be another server's state, or a newer coffer's.
    private async Task<PostgresSession> ConnectWriterAsync(CancellationToken cancellationToken)
    {
        var session = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await PostgresSchema.MigrateAsync(session.Connection, _address, _steps).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<PostgresSession> ConnectAsync(CancellationToken cancellationToken) =>
        new(await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false));
}
