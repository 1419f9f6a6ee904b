using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Coffer.KeyBroker.Storage.Sqlite;

/// <summary>One connection to the file, with its prepared statements. For one transaction at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    // SQLite's own waiting is finer than the provider's, which sleeps 150 ms between tries; a second is the least that one can be set to.
    private const int ProviderPatience = 1;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = [];

    static SqliteSession() => SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_sqlite3());

    /// <param name="file">The database file.</param>
    /// <param name="patience">How long another process may hold the file.</param>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public SqliteSession(string file, TimeSpan patience)
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = ProviderPatience,
        };
        _connection = new SqliteConnection(settings.ToString());
        try
        {
            _connection.Open();
            Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {(int)patience.TotalMilliseconds}"));
            Execute("PRAGMA trusted_schema = OFF");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Write-ahead log, and every commit on the disk before it is acknowledged.</summary>
    public void UseLog() => Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864");

    /// <summary>Begins to read, or, where <paramref name="write"/>, takes the file's only place for a writer.</summary>
    public void Begin(bool write) => Run(write ? "BEGIN IMMEDIATE" : "BEGIN");

    public void Commit() => Run("COMMIT");

    /// <summary>Remembers this place within the transaction, to go back to.</summary>
    public void Save() => Run("SAVEPOINT one");

    /// <summary>Undoes what was done since <see cref="Save"/>.</summary>
    public void BackToSaved() => Run("ROLLBACK TO one");

    /// <summary>Forgets the place; what was done since stands with the transaction.</summary>
    public void Release() => Run("RELEASE one");

    /// <summary>Ends the transaction without effect; false where that was not possible, and the session is to be thrown away.</summary>
    public bool Rollback()
    {
        try
        {
            Run("ROLLBACK");
            return true;
        }
        catch (SqliteException)
        {
            // Some failures have rolled back already, and then this is "no transaction is active".
            return SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) != 0;
        }
    }

    /// <summary>A statement that stays prepared; the caller has run it to its end before it asks again.</summary>
    /// <param name="text">A constant.</param>
    /// <param name="values">By position, as <c>$1</c>, <c>$2</c> and so on.</param>
    public SqliteCommand Prepared(string text, params ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(text, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = text;
            for (var i = 0; i < values.Length; i++) command.Parameters.Add(new SqliteParameter("$" + (i + 1).ToString(CultureInfo.InvariantCulture), DBNull.Value));
            _prepared.Add(text, command);
        }
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }

    /// <summary>Runs statements that are seldom needed.</summary>
    public void Execute(string text)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    public long Number(string text)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = text;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values) command.Dispose();
        _connection.Dispose();
    }

    private void Run(string text) => Prepared(text).ExecuteNonQuery();
}
