using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Coffer.KeyBroker.Storage.Postgres;

/// <summary>Records within one transaction of a session. Good until that ends.</summary>
/// <param name="session">In which the transaction has begun.</param>
/// <param name="now">One moment for the whole transaction, in milliseconds of Unix time.</param>
internal sealed class PostgresTransaction(PostgresSession session, long now) : IStoreWriter
{
    private const string Live = "(expires IS NULL OR expires > $3)";
    private const string ServerClock = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"; // milliseconds of Unix time
    private bool _ended;

    public void End() => _ended = true;

    public async ValueTask<StoredRecord?> FindAsync(string collection, string key)
    {
        Check();
        var command = Command($"SELECT value, expires FROM coffer.records WHERE collection = $1 AND key = $2 AND {Live}", collection, RecordLimits.Key(key));
        command.Parameters.Add(Number(now));
        var reader = await session.ReadAsync(command).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await reader.ReadAsync().ConfigureAwait(false) ? new StoredRecord(key, reader.GetFieldValue<byte[]>(0), Expiry(reader, 1)) : null;
        }
    }

    public async ValueTask<IReadOnlyList<StoredRecord>> ListAsync(string collection, string prefix, string? after, int most, bool descending = false)
    {
        Check();
        var range = new KeyRange(prefix, after, descending);
        var command = Command(
            $"SELECT key, value, expires FROM coffer.records WHERE collection = $1 AND key >= $2 AND {Live} AND key < $4 ORDER BY key {(descending ? "DESC " : "")}LIMIT $5", collection, range.From);
        command.Parameters.Add(Number(now));
        command.Parameters.Add(Bytes(range.Until));
        command.Parameters.Add(Number(RecordLimits.Most(most)));
        var found = new List<StoredRecord>();
        var reader = await session.ReadAsync(command).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.ReadAsync().ConfigureAwait(false)) found.Add(new StoredRecord(Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0)), reader.GetFieldValue<byte[]>(1), Expiry(reader, 2)));
        }
        return found;
    }

    public async ValueTask<long> CountAsync(string collection, string prefix = "")
    {
        Check();
        var range = new KeyRange(prefix, null, descending: false);
        var command = Command($"SELECT count(*) FROM coffer.records WHERE collection = $1 AND key >= $2 AND {Live} AND key < $4", collection, range.From);
        command.Parameters.Add(Number(now));
        command.Parameters.Add(Bytes(range.Until));
        var reader = await session.ReadAsync(command).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            await reader.ReadAsync().ConfigureAwait(false);
            return reader.GetInt64(0);
        }
    }

    public async ValueTask<DateTimeOffset?> ClockAsync()
    {
        Check();
        var reader = await session.ReadAsync(new NpgsqlBatchCommand($"SELECT {ServerClock}")).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            await reader.ReadAsync().ConfigureAwait(false);
            return DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(0));
        }
    }

    public ValueTask PutAsync(string collection, string key, ReadOnlyMemory<byte> value, DateTimeOffset? expires = null)
    {
        Check();
        var command = Command(
            "INSERT INTO coffer.records (collection, key, expires, value) VALUES ($1, $2, $3, $4) ON CONFLICT (collection, key) DO UPDATE SET expires = excluded.expires, value = excluded.value",
            collection, RecordLimits.Key(key));
        command.Parameters.Add(NumberOrNull(expires?.ToUnixTimeMilliseconds()));
        command.Parameters.Add(Bytes(RecordLimits.Value(value)));
        return session.LaterAsync(command, value.Length);
    }

    public async ValueTask<bool> AddAsync(string collection, string key, ReadOnlyMemory<byte> value, DateTimeOffset? expires = null)
    {
        Check();
        var command = Command(
            """
            INSERT INTO coffer.records AS r (collection, key, expires, value) VALUES ($1, $2, $4, $5)
            ON CONFLICT (collection, key) DO UPDATE SET expires = excluded.expires, value = excluded.value WHERE r.expires <= $3
            """,
            collection, RecordLimits.Key(key));
        command.Parameters.Add(Number(now));
        command.Parameters.Add(NumberOrNull(expires?.ToUnixTimeMilliseconds()));
        command.Parameters.Add(Bytes(RecordLimits.Value(value)));
        return await session.ChangeAsync(command).ConfigureAwait(false) == 1;
    }

    public async ValueTask<bool> DeleteAsync(string collection, string key)
    {
        Check();
        var command = Command("DELETE FROM coffer.records WHERE collection = $1 AND key = $2 RETURNING expires", collection, RecordLimits.Key(key));
        var reader = await session.ReadAsync(command).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await reader.ReadAsync().ConfigureAwait(false) && (reader.IsDBNull(0) || reader.GetInt64(0) > now);
        }
    }

    /// <summary>
    /// Removes records that have expired, at most so many; how many there were. The server's clock has to agree: one of a replica that is
    /// ahead must not end what lives for the others.
    /// </summary>
    public Task<int> PurgeAsync(int most)
    {
        Check();
        var command = new NpgsqlBatchCommand(
            $"""
            DELETE FROM coffer.records WHERE (collection, key) IN (
              SELECT collection, key FROM coffer.records WHERE expires <= least($1, {ServerClock}) LIMIT $2 FOR UPDATE SKIP LOCKED)
            """);
        command.Parameters.Add(Number(now));
        command.Parameters.Add(Number(most));
        return session.ChangeAsync(command);
    }

    private static NpgsqlBatchCommand Command(string text, string collection, byte[] key)
    {
        var command = new NpgsqlBatchCommand(text);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = RecordLimits.Collection(collection), NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(Bytes(key));
        return command;
    }

    private static NpgsqlParameter<byte[]> Bytes(byte[] value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static NpgsqlParameter NumberOrNull(long? value) => value is { } number ? Number(number) : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static DateTimeOffset? Expiry(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    private void Check() => ObjectDisposedException.ThrowIf(_ended, typeof(IStoreReader));
}
