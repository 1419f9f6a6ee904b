using Coffer.Oci;
using Microsoft.Data.Sqlite;

namespace Coffer.KeyBroker.Storage.Sqlite;

/// <summary>SQLite's result codes (sqlite.org/rescode.html) as one line that names the file.</summary>
internal static class SqliteFault
{
    public static BrokerException Of(SqliteException e, string file)
    {
        var (what, hint) = e.SqliteErrorCode switch
        {
            5 or 6 => ("has been locked by another process for too long", "see which process holds it: fuser " + Printable.Of(file)),
            8 => ("cannot be written: it is read-only", "its folder and its files must be writable for the broker's user"),
            10 => ("cannot be read or written", "look for errors of the disk in the system's log"),
            11 => ("is damaged", "stop the broker and restore the data folder from a backup"),
            13 => ("cannot be written: the disk is full", "make room; nothing that was acknowledged is lost"),
            14 => ("cannot be opened", "its folder must be there and writable for the broker's user"),
            26 => ("is not a database", "the data folder holds something else under this name"),
            _ => ("cannot be used", (string?)null),
        };
        return new BrokerException(BrokerFault.Unavailable, $"the store {Printable.Of(file)} {what} (SQLite: {Printable.Of(Reason(e))})", hint, e);
    }

    // "SQLite Error 13: 'database or disk is full'." is how the provider says it.
    private static string Reason(SqliteException e)
    {
        var from = e.Message.IndexOf('\'', StringComparison.Ordinal);
        var to = e.Message.LastIndexOf('\'');
        return from >= 0 && to > from ? e.Message[(from + 1)..to] : $"error {e.SqliteExtendedErrorCode}";
    }
}
