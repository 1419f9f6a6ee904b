using Coffer.Oci;

namespace Coffer.KeyBroker.Storage.Sqlite;

/// <summary>What stands in the file, by versions: each script makes the next one, all that are missing in one transaction.</summary>
internal static class SqliteSchema
{
    private const long ApplicationId = 0x436f6672; // "Cofr", by which file(1) and we tell our file from others

    /// <summary>Each script makes the next version.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        // Keys are blobs, so that they compare as bytes. The value stands last: what looks at the others reads no overflow page.
        """
        CREATE TABLE records (
          id INTEGER PRIMARY KEY,
          collection TEXT NOT NULL,
          key BLOB NOT NULL,
          expires INTEGER,
          value BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX records_by_key ON records (collection, key);
        CREATE INDEX records_by_expiry ON records (expires) WHERE expires IS NOT NULL;
        """,

        // Policies are found by what they are about (collection policy-places): an older program would put some where nobody looks.
        "SELECT 1",
    ];

    /// <param name="session">Not in a transaction.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="steps">The versions that this program knows.</param>
    /// <exception cref="BrokerException">The file is of a newer version, or of another program.</exception>
    public static void Migrate(SqliteSession session, string file, IReadOnlyList<string> steps)
    {
        if (Current(session, file, steps) == steps.Count) return;
        session.Begin(write: true); // of several processes one migrates, and the others find it done
        try
        {
            for (var version = Current(session, file, steps); version < steps.Count; version++) session.Execute(steps[version]);
            session.Execute($"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {steps.Count}");
            session.Commit();
        }
        catch
        {
            session.Rollback();
            throw;
        }
    }

    private static int Current(SqliteSession session, string file, IReadOnlyList<string> steps)
    {
        var version = session.Number("PRAGMA user_version");
        var application = session.Number("PRAGMA application_id");
        if (application != ApplicationId && (application != 0 || version != 0 || session.Number("SELECT count(*) FROM sqlite_schema") != 0))
        {
            throw new BrokerException(BrokerFault.Unavailable, $"the store {Printable.Of(file)} is another program's database", "give the broker a data folder of its own");
        }
        return SchemaVersion.Check(Printable.Of(file), version, steps.Count);
    }
}
