using System.Data;
using Npgsql;

namespace Coffer.KeyBroker.Storage.Postgres;

/// <summary>One connection and what is on its way to the server: statements that answer nothing wait for the next one that does, and travel with it.</summary>
/// <param name="connection">Open; disposed with the session.</param>
internal sealed class PostgresSession(NpgsqlConnection connection) : IAsyncDisposable
{
    private const int MostWaiting = 100, MostWaitingBytes = 1 << 20;

    private readonly List<NpgsqlBatchCommand> _waiting = [];
    private int _waitingBytes;

    public NpgsqlConnection Connection => connection;

    /// <summary>Sends a statement with the next one that has an answer.</summary>
    /// <param name="command">Returns no rows.</param>
    /// <param name="bytes">About how large it is.</param>
    public async ValueTask LaterAsync(NpgsqlBatchCommand command, int bytes = 0)
    {
        _waiting.Add(command);
        _waitingBytes += bytes;
        if (_waiting.Count >= MostWaiting || _waitingBytes >= MostWaitingBytes) await SendAsync().ConfigureAwait(false);
    }

    public ValueTask LaterAsync(string text) => LaterAsync(new NpgsqlBatchCommand(text));

    /// <summary>Sends what waits, and a statement whose rows the caller reads and disposes before he asks for anything else.</summary>
    public async Task<NpgsqlDataReader> ReadAsync(NpgsqlBatchCommand command)
    {
        _waiting.Add(command);
        return await Take().ExecuteReaderAsync().ConfigureAwait(false); // the batch holds nothing, and the reader still asks it
    }

    /// <summary>Sends what waits.</summary>
    public async Task SendAsync()
    {
        if (_waiting.Count == 0) return;
        var batch = Take();
        await using (batch.ConfigureAwait(false)) await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    /// <summary>Sends what waits, and a statement; how many rows that one changed.</summary>
    public async Task<int> ChangeAsync(NpgsqlBatchCommand command)
    {
        _waiting.Add(command);
        await SendAsync().ConfigureAwait(false);
        return command.RecordsAffected;
    }

    /// <summary>Throws away what waits, and undoes the transaction; false where the connection is not to be used again.</summary>
    public async Task<bool> RollbackAsync()
    {
        _waiting.Clear();
        _waitingBytes = 0;
        try
        {
            await LaterAsync("ROLLBACK").ConfigureAwait(false);
            await SendAsync().ConfigureAwait(false);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    // What the driver says of a connection that it lost earlier does not tell an outage from a fault of ours.
    private NpgsqlBatch Take()
    {
        if (!connection.FullState.HasFlag(ConnectionState.Open)) throw new NpgsqlException("the connection was lost");
        var batch = new NpgsqlBatch(connection);
        foreach (var command in _waiting) batch.BatchCommands.Add(command);
        _waiting.Clear();
        _waitingBytes = 0;
        return batch;
    }
}
