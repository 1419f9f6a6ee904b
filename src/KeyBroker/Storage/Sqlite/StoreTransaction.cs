using System.Text;
using Microsoft.Data.Sqlite;

namespace Coffer.KeyBroker.Storage.Sqlite;

/// <summary>Records within one transaction of a session. Good until that ends.</summary>
/// <param name="session">In which the transaction has begun.</param>
/// <param name="now">One moment for the whole transaction, in milliseconds of Unix time.</param>
internal sealed class StoreTransaction(SqliteSession session, long now) : IStoreWriter
{
    private const string Live = "(expires IS NULL OR expires > $3)";
    private bool _ended;

    public void End() => _ended = true;

    public ValueTask<StoredRecord?> FindAsync(string collection, string key)
    {
        Check();
        var command = session.Prepared($"SELECT value, expires FROM records WHERE collection = $1 AND key = $2 AND {Live}", RecordLimits.Collection(collection), RecordLimits.Key(key), now);
        using var reader = command.ExecuteReader();
        return ValueTask.FromResult(reader.Read() ? new StoredRecord(key, reader.GetFieldValue<byte[]>(0), Expiry(reader, 1)) : null);
    }

    public ValueTask<IReadOnlyList<StoredRecord>> ListAsync(string collection, string prefix, string? after, int most, bool descending = false)
    {
        Check();
        var range = new KeyRange(prefix, after, descending);
        var command = session.Prepared(
            $"SELECT key, value, expires FROM records WHERE collection = $1 AND key >= $2 AND {Live} AND key < $4 ORDER BY key {(descending ? "DESC " : "")}LIMIT $5",
            RecordLimits.Collection(collection), range.From, now, range.Until, RecordLimits.Most(most));
        using var reader = command.ExecuteReader();
        var found = new List<StoredRecord>();
        while (reader.Read()) found.Add(new StoredRecord(Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0)), reader.GetFieldValue<byte[]>(1), Expiry(reader, 2)));
        return ValueTask.FromResult<IReadOnlyList<StoredRecord>>(found);
    }

    public ValueTask<long> CountAsync(string collection, string prefix = "")
    {
        Check();
        var range = new KeyRange(prefix, null, descending: false);
        var command = session.Prepared(
            $"SELECT count(*) FROM records WHERE collection = $1 AND key >= $2 AND {Live} AND key < $4", RecordLimits.Collection(collection), range.From, now, range.Until);
        return ValueTask.FromResult((long)command.ExecuteScalar()!);
    }

    public ValueTask<DateTimeOffset?> ClockAsync() => ValueTask.FromResult<DateTimeOffset?>(null);

    public ValueTask PutAsync(string collection, string key, ReadOnlyMemory<byte> value, DateTimeOffset? expires = null)
    {
        Check();
        session.Prepared(
            "INSERT INTO records (collection, key, expires, value) VALUES ($1, $2, $3, $4) ON CONFLICT (collection, key) DO UPDATE SET expires = excluded.expires, value = excluded.value",
            RecordLimits.Collection(collection), RecordLimits.Key(key), expires?.ToUnixTimeMilliseconds(), RecordLimits.Value(value)).ExecuteNonQuery();
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> AddAsync(string collection, string key, ReadOnlyMemory<byte> value, DateTimeOffset? expires = null)
    {
        Check();
        var command = session.Prepared(
            """
            INSERT INTO records (collection, key, expires, value) VALUES ($1, $2, $4, $5)
            ON CONFLICT (collection, key) DO UPDATE SET expires = excluded.expires, value = excluded.value WHERE records.expires <= $3
            """,
            RecordLimits.Collection(collection), RecordLimits.Key(key), now, expires?.ToUnixTimeMilliseconds(), RecordLimits.Value(value));
        return ValueTask.FromResult(command.ExecuteNonQuery() == 1);
    }

    public ValueTask<bool> DeleteAsync(string collection, string key)
    {
        Check();
        var command = session.Prepared("DELETE FROM records WHERE collection = $1 AND key = $2 RETURNING expires", RecordLimits.Collection(collection), RecordLimits.Key(key));
        using var reader = command.ExecuteReader();
        return ValueTask.FromResult(reader.Read() && (reader.IsDBNull(0) || reader.GetInt64(0) > now));
    }

    /// <summary>Removes records that have expired, at most so many; how many there were.</summary>
    public int Purge(int most)
    {
        Check();
        return session.Prepared(
            "DELETE FROM records WHERE id IN (SELECT id FROM records WHERE expires IS NOT NULL AND expires <= $1 LIMIT $2)", now, most).ExecuteNonQuery();
    }

    private static DateTimeOffset? Expiry(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    private void Check() => ObjectDisposedException.ThrowIf(_ended, typeof(IStoreReader));
}
