using System.Net.Sockets;
using System.Security.Authentication;
using Coffer.Oci;
using Npgsql;

namespace Coffer.KeyBroker.Storage.Postgres;

/// <summary>What the server or its driver said (PostgreSQL documentation, appendix A), sorted by what is to be done, and as one line for an operator.</summary>
internal static class PostgresFault
{
    private const string PasswordHint = "the password is taken from --store-file, PGPASSFILE, ~/.pgpass or PGPASSWORD; pg_hba.conf says who may connect";

    private const string IdleTransaction = "25P03"; // of a broker that stood still

    /// <summary>A failure of the engine, not of a caller's work.</summary>
    public static bool IsOne(Exception e) => e is NpgsqlException or SocketException or AuthenticationException or LostCommitException;

    /// <summary>Two transactions could not both be had: the one that hears of it begins anew.</summary>
    public static bool IsConflict(Exception e) => e is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable };

    /// <summary>The connection is gone, or the server is not ready: another attempt may find it back.</summary>
    public static bool IsOutage(Exception e) => e switch
    {
        PostgresException p => p.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections or IdleTransaction,
        LostCommitException or AuthenticationException or { InnerException: AuthenticationException } => false,
        _ when IsWithoutPassword(e) => false,
        _ => IsOne(e),
    };

    public static BrokerException Of(Exception e, PostgresAddress address)
    {
        var (what, hint) = e switch
        {
            LostCommitException => ("was lost while it stored something, which may stand or not", "look before you repeat it"),
            PostgresException p => Of(p),
            _ when e is AuthenticationException || e.InnerException is AuthenticationException || e.Message.Contains("SSL", StringComparison.Ordinal) =>
                ("does not prove its name by a certificate that verifies", "sslrootcert=FILE names the authority of its certificate; the server needs ssl = on"),
            _ when IsWithoutPassword(e) => ("asks for a password, and none was found", PasswordHint),
            _ => ("cannot be reached", "is PostgreSQL running there, and does it listen on that address?"),
        };
        return new BrokerException(BrokerFault.Unavailable, $"the store {address} {what} (PostgreSQL: {Printable.Of(Reason(e))})", hint, e);
    }

    private static (string What, string? Hint) Of(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            ("refuses the user", PasswordHint),
        PostgresErrorCodes.InvalidCatalogName => ("has no such database", "make it: createdb --owner USER DATABASE"),
        PostgresErrorCodes.InsufficientPrivilege when e.MessageText.StartsWith("could not ", StringComparison.Ordinal) => // of its files
            ("cannot be written or read: its disk refuses", "look at the server's disk, and whether it was mounted read-only after an error"),
        PostgresErrorCodes.InsufficientPrivilege => ("does not let this user work in it", "the user must own the database, or the schema 'coffer' in it"),
        PostgresErrorCodes.ReadOnlySqlTransaction => ("takes no writes: it is a standby, or set to read only", "give the address of the primary"),
        PostgresErrorCodes.TooManyConnections => ("has no connection left", "raise max_connections, or lower connections=N in the replicas' addresses"),
        PostgresErrorCodes.DiskFull => ("cannot be written: its disk is full", "make room on the server; nothing that was acknowledged is lost"),
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow => ("is starting or stopping", "it is tried again at the next request"),
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable => ("has too many writers at once", "try again"),
        PostgresErrorCodes.QueryCanceled => ("takes too long", "look at the load of the server"),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => ("is damaged", "restore it from a backup"),
        _ => ("cannot be used", null),
    };

    // The driver has no code for it.
    private static bool IsWithoutPassword(Exception e) => e is NpgsqlException and not PostgresException && e.Message.StartsWith("No password", StringComparison.Ordinal);

    private static string Reason(Exception e) => e switch
    {
        PostgresException p => $"{p.MessageText}, {p.SqlState}",
        { InnerException: { } inner } => inner.Message,
        _ => e.Message,
    };
}
