using Coffer.KeyBroker.Files;
using Coffer.Oci;
using Npgsql;

namespace Coffer.KeyBroker.Storage.Postgres;

/// <summary>Connections to a PostgreSQL server: how many, how long anything may take, and that the server proves its name.</summary>
internal static class PostgresSource
{
    /// <summary>How long anything waits for a connection.</summary>
    public static TimeSpan ConnectPatience { get; } = TimeSpan.FromSeconds(5);

    private const string PasswordFileVariable = "PGPASSFILE";

    // The planner would read small tables whole, and then a transaction conflicts with every other one; a transaction whose broker stands
    // still holds the others up no longer than this.
    private const string Session = "-c enable_seqscan=off -c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=10s";

    /// <summary>Nothing is connected yet. The caller disposes it.</summary>
    /// <param name="address">Where.</param>
    /// <param name="insecure">Whether a server may go without a certificate that verifies, on another machine too.</param>
    /// <exception cref="CofferException">Wrong usage: the connection would not be protected. A file cannot be used.</exception>
    public static NpgsqlDataSource Make(PostgresAddress address, bool insecure)
    {
        if (Environment.GetEnvironmentVariable(PasswordFileVariable) is { Length: > 0 } file && File.Exists(file)) PrivateFiles.CheckFile(file);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host,
            Port = address.Port,
            Database = address.Database,
            Username = address.User ?? Environment.GetEnvironmentVariable("PGUSER") ?? Environment.UserName,
            Password = address.Password,
            SslMode = ModeOf(address, insecure),
            RootCertificate = address.SslRootCertificate,
            SslCertificate = address.SslCertificate,
            SslKey = address.SslKey,
            ApplicationName = "coffer-broker",
            Options = Session,
            MaxPoolSize = address.Connections,
            Timeout = (int)ConnectPatience.TotalSeconds,
            CommandTimeout = 35, // behind the server's own
            CancellationTimeout = 2000,
            KeepAlive = 15,
            TcpKeepAlive = true,
            MaxAutoPrepare = 40,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true, // nothing of a session outlives its transaction
            IncludeErrorDetail = false,
        };
        try
        {
            var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
            builder.EnableTransportSecurity();
            return builder.Build();
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or IOException or InvalidOperationException)
        {
            throw new CofferException($"the address {address} of the store cannot be used: {Printable.Of(e.Message)}", ExitStatus.Usage, inner: e);
        }
    }

    private static SslMode ModeOf(PostgresAddress address, bool insecure)
    {
        var mode = address.SslMode ?? (address.IsLocal ? "disable" : "verify-full");
        if (mode != "verify-full" && !address.IsLocal && !insecure)
        {
            throw new CofferException(
                $"with sslmode={mode} the connection to {address} is not protected: whoever sits between reads and changes what is stored", ExitStatus.Usage,
                "leave sslmode away, and name the authority of the server's certificate with sslrootcert=FILE; --insecure-store-connection allows it");
        }
        return mode switch
        {
            "verify-full" => SslMode.VerifyFull,
            "verify-ca" => SslMode.VerifyCA,
            "require" => SslMode.Require,
            "prefer" => SslMode.Prefer,
            _ => SslMode.Disable,
        };
    }
}
