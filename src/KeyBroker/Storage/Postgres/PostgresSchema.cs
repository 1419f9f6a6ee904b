using System.Globalization;
using Npgsql;

namespace Coffer.KeyBroker.Storage.Postgres;

/// <summary>What stands in the database's schema <c>coffer</c>, by versions: each script makes the next one, all that are missing in one transaction.</summary>
internal static class PostgresSchema
{
    private const long Lock = 0x636f66666572; // "coffer": an advisory lock's number, the same in all replicas

    /// <summary>Each script makes the next version.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        // Keys are bytes, and collections compare as bytes: the order is the same under every locale. Records that are changed in place
        // (a head, a session) find room on their own page.
        """
        CREATE TABLE coffer.records (
          collection text COLLATE "C" NOT NULL,
          key bytea NOT NULL,
          expires bigint,
          value bytea NOT NULL,
          PRIMARY KEY (collection, key)
        ) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
        CREATE INDEX records_by_expiry ON coffer.records (expires) WHERE expires IS NOT NULL;
        """,

        // Policies are found by what they are about (collection policy-places): an older program would put some where nobody looks.
        "SELECT 1",
    ];

    /// <summary>Brings the schema to the newest of the versions.</summary>
    /// <param name="connection">Open, not in a transaction.</param>
    /// <param name="address">The store.</param>
    /// <param name="steps">The versions that this program knows.</param>
    /// <exception cref="BrokerException">The store is of a newer version.</exception>
    /// <exception cref="NpgsqlException">The server.</exception>
    public static async Task MigrateAsync(NpgsqlConnection connection, PostgresAddress address, IReadOnlyList<string> steps)
    {
        if (await CurrentAsync(connection, address, steps).ConfigureAwait(false) == steps.Count) return;
        await RunAsync(connection, "BEGIN").ConfigureAwait(false);
        try
        {
            // Of several replicas that start at once one migrates, and the others find it done.
            await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({Lock})")).ConfigureAwait(false);
            var version = await CurrentAsync(connection, address, steps).ConfigureAwait(false);
            if (version == 0) await MakeAsync(connection).ConfigureAwait(false);
            for (; version < steps.Count; version++) await RunAsync(connection, steps[version]).ConfigureAwait(false);
            await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"UPDATE coffer.schema SET version = {steps.Count}")).ConfigureAwait(false);
            await RunAsync(connection, "COMMIT").ConfigureAwait(false);
        }
        catch (BrokerException)
        {
            await RunAsync(connection, "ROLLBACK").ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The version that stands there; 0 for none.</summary>
    /// <exception cref="BrokerException">It is newer than this program knows.</exception>
    /// <exception cref="NpgsqlException">The server.</exception>
    public static async Task<int> CurrentAsync(NpgsqlConnection connection, PostgresAddress address, IReadOnlyList<string> steps)
    {
        if (await NumberAsync(connection, "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'coffer' AND tablename = 'schema'").ConfigureAwait(false) == 0) return 0;
        return SchemaVersion.Check(address.ToString(), await NumberAsync(connection, "SELECT coalesce(max(version), 0)::bigint FROM coffer.schema").ConfigureAwait(false), steps.Count);
    }

    // Whoever gives the broker no right to make schemas has made this one for it.
    private static async Task MakeAsync(NpgsqlConnection connection)
    {
        if (await NumberAsync(connection, "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'coffer'").ConfigureAwait(false) == 0) await RunAsync(connection, "CREATE SCHEMA coffer").ConfigureAwait(false);
        await RunAsync(connection, "CREATE TABLE coffer.schema (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), version bigint NOT NULL)").ConfigureAwait(false);
        await RunAsync(connection, "INSERT INTO coffer.schema (version) VALUES (0)").ConfigureAwait(false);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string text)
    {
        var command = new NpgsqlCommand(text, connection);
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static async Task<long> NumberAsync(NpgsqlConnection connection, string text)
    {
        var command = new NpgsqlCommand(text, connection);
        await using (command.ConfigureAwait(false)) return (long)(await command.ExecuteScalarAsync().ConfigureAwait(false))!;
    }
}
