using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Coffer.Support;

/// <summary>
/// A PostgreSQL server of its own in a temporary folder: a Unix socket that asks nobody for a password, and a loopback port over TLS that
/// does. It ends with the process that started it, however that ends.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    /// <summary>The role that owns everything.</summary>
    public const string User = "coffer";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly Lazy<Task<PostgresCluster>> OfThisProcess = new(() => StartAsync(isDurable: false));

    // The server runs until nobody holds the other end of standard input; then it goes, with all it has.
    private const string Keeper = """
        "$1/postgres" -D "$2/data" >>"$2/log" 2>&1 & server=$!
        read -r word
        if [ "$word" = fast ]; then kill -INT "$server"; else kill -QUIT "$server"; fi
        wait "$server"
        [ -n "$word" ] || rm -rf "$2"
        """;

    private readonly string _folder;
    private readonly string _binaries;
    private Process _keeper;

    private PostgresCluster(string folder, string binaries, int port, string password)
    {
        (_folder, _binaries, Port, Password) = (folder, binaries, port, password);
        _keeper = Keep();
    }

    /// <summary>The folder of its socket.</summary>
    public string Socket => _folder;

    /// <summary>Its port of 127.0.0.1, which is in the socket's name too.</summary>
    public int Port { get; }

    /// <summary>What the port asks for.</summary>
    public string Password { get; }

    /// <summary>The certificate that it shows, for <c>localhost</c>; it is its own authority.</summary>
    public string CertificateFile => Path.Combine(_folder, "server.crt");

    /// <summary>What it wrote, for a test that failed.</summary>
    public string Log => File.ReadAllText(Path.Combine(_folder, "log"));

    /// <summary>The one that tests of a process share: nothing of it outlives a power cut, for speed.</summary>
    public static Task<PostgresCluster> SharedAsync() => OfThisProcess.Value;

    /// <param name="isDurable">Whether commits wait for the disk, as in earnest.</param>
    public static async Task<PostgresCluster> StartAsync(bool isDurable)
    {
        var binaries = Missing.Require(FindBinaries(), "the peer 'postgresql'", "run scripts/install-peers");
        var folder = Directory.CreateTempSubdirectory("coffer-pg-").FullName;
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(Path.Combine(folder, "password"), password + "\n");
        if (Environment.IsPrivilegedProcess) (await Tool.RunAsync("chown", "-R", "postgres:", folder)).ShouldSucceed();
        (await RunAsServerAsync(Path.Combine(binaries, "initdb"), "-D", $"{folder}/data", "-U", User, "--no-sync", "--no-locale", "-E", "UTF8", "--auth-local=trust", "--auth-host=scram-sha-256", $"--pwfile={folder}/password")).ShouldSucceed();
        (await RunAsServerAsync(Peers.Require("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", $"{folder}/server.key", "-out", $"{folder}/server.crt")).ShouldSucceed();
        var port = LoopbackPort.Free();
        (await RunAsServerAsync("sh", "-c", $"cat >>{folder}/data/postgresql.conf <<'END'\n{Settings(folder, port, isDurable)}\nEND")).ShouldSucceed();
        var cluster = new PostgresCluster(folder, binaries, port, password);
        await cluster.ReadyAsync();
        return cluster;
    }

    /// <summary>Makes an empty database and returns its name.</summary>
    /// <param name="folder">Where its tables are to stand, an empty folder of the server's user; null for beside everything else.</param>
    public async Task<string> CreateDatabaseAsync(string? folder = null)
    {
        var name = "t" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        if (folder is not null) await QueryAsync("postgres", $"CREATE TABLESPACE {name} LOCATION '{folder}'");
        await QueryAsync("postgres", $"CREATE DATABASE {name}{(folder is null ? "" : $" TABLESPACE {name}")}");
        return name;
    }

    /// <summary>A database's address, as brokers take it, over the socket.</summary>
    public string Address(string database) => $"postgres://{User}@/{database}?host={Socket}&port={Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Asks with its own tool; rows are lines, columns have <c>|</c> between them.</summary>
    public async Task<string> QueryAsync(string database, string statement) => (await Tool.RunAsync(
        Path.Combine(_binaries, "psql"), "-h", Socket, "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User, "-d", database, "-XAtqc", statement)).ShouldSucceed().Output.TrimEnd('\n');

    /// <summary>Ends it at once, as a crash would, and keeps what it has.</summary>
    public Task StopAsync() => StopAsync("crash");

    /// <summary>Ends it in order, with everything in its files.</summary>
    public Task ShutDownAsync() => StopAsync("fast");

    /// <summary>Starts it again after <see cref="StopAsync"/>, on the same port.</summary>
    public async Task RestartAsync()
    {
        _keeper = Keep();
        await ReadyAsync();
    }

    /// <summary>Ends it, with all it has.</summary>
    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync().WaitAsync(Patience);
        _keeper.Dispose();
    }

    private static string? FindBinaries() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "postgres"))).Order().LastOrDefault()
        : null;

    private static string Settings(string folder, int port, bool isDurable) => $"""
        listen_addresses = '127.0.0.1'
        port = {port.ToString(CultureInfo.InvariantCulture)}
        unix_socket_directories = '{folder}'
        max_connections = 60
        shared_buffers = 32MB
        ssl = on
        ssl_cert_file = '{folder}/server.crt'
        ssl_key_file = '{folder}/server.key'
        fsync = {(isDurable ? "on" : "off")}
        synchronous_commit = {(isDurable ? "on" : "off")}
        full_page_writes = {(isDurable ? "on" : "off")}
        """;

    // PostgreSQL refuses to run as root.
    private static string[] AsServer(string program, string[] arguments) => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", program, .. arguments]
        : [program, .. arguments];

    private static Task<ToolResult> RunAsServerAsync(string program, params string[] arguments)
    {
        var all = AsServer(program, arguments);
        return Tool.RunAsync(all[0], all[1..], new ToolOptions { WorkingDirectory = "/" });
    }

    private Process Keep()
    {
        var all = AsServer("sh", ["-c", Keeper, "sh", _binaries, _folder]);
        return Process.Start(new ProcessStartInfo(all[0], all[1..]) { RedirectStandardInput = true, WorkingDirectory = "/" })!;
    }

    private async Task StopAsync(string how)
    {
        await _keeper.StandardInput.WriteLineAsync(how);
        await _keeper.StandardInput.FlushAsync();
        await _keeper.WaitForExitAsync().WaitAsync(Patience);
        _keeper.Dispose();
    }

    private async Task ReadyAsync()
    {
        var began = Stopwatch.StartNew();
        while ((await Tool.RunAsync(Path.Combine(_binaries, "pg_isready"), "-q", "-h", Socket, "-p", Port.ToString(CultureInfo.InvariantCulture))).ExitCode != 0)
        {
            if (began.Elapsed > Patience || _keeper.HasExited) throw new InvalidOperationException($"PostgreSQL does not start: {Log}");
            await Task.Delay(Look);
        }
    }
}
