using System.Globalization;
using System.Net;
using Coffer.Oci;

namespace Coffer.KeyBroker.Storage.Postgres;

/// <summary>
/// Where a PostgreSQL store is, as its users write it: <c>postgres://USER@HOST:PORT/DATABASE?sslmode=...</c> (libpq's connection URI,
/// PostgreSQL documentation section 34.1.1.2). A Unix socket is <c>postgres:///DATABASE?host=/run/postgresql</c>.
/// </summary>
internal sealed record PostgresAddress
{
    private const int UsualPort = 5432, MostText = 2048;
    private static readonly string[] Modes = ["verify-full", "verify-ca", "require", "prefer", "disable"];
    private static readonly string[] Known = ["host", "port", "user", "sslmode", "sslrootcert", "sslcert", "sslkey", "connections"];

    /// <summary>A name, an address, or the folder of a Unix socket.</summary>
    public required string Host { get; init; }

    /// <summary>Its port, which is part of a socket's name as well.</summary>
    public int Port { get; init; } = UsualPort;

    /// <summary>The database.</summary>
    public required string Database { get; init; }

    /// <summary>The role; null for PGUSER, or the user that the broker runs as.</summary>
    public string? User { get; init; }

    /// <summary>Its password; null for PGPASSWORD, PGPASSFILE or ~/.pgpass.</summary>
    public string? Password { get; private init; }

    /// <summary>libpq's word; null for verify-full, or, on this machine, none.</summary>
    public string? SslMode { get; init; }

    /// <summary>PEM file with the authorities of the server's certificate; null for the system's.</summary>
    public string? SslRootCertificate { get; init; }

    /// <summary>PEM file with a certificate to show; null for none.</summary>
    public string? SslCertificate { get; init; }

    /// <summary>PEM file with its key.</summary>
    public string? SslKey { get; init; }

    /// <summary>At most so many connections of this replica: 2 to 100.</summary>
    public int Connections { get; init; } = 10;

    /// <summary>Whether nothing leaves this machine.</summary>
    public bool IsLocal => IsSocket || Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    private bool IsSocket => Host.StartsWith('/');

    /// <summary>Without anything secret, for messages.</summary>
    public override string ToString() => Printable.Of(string.Create(
        CultureInfo.InvariantCulture, $"postgres://{(User is null ? "" : User + "@")}{(IsSocket ? "" : $"{Host}:{Port}")}/{Database}{(IsSocket ? $"?host={Host}" : "")}"));

    /// <summary>Whether the text is meant as one.</summary>
    public static bool IsOne(string text) => text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal);

    /// <param name="text">The address.</param>
    /// <param name="mayHoldPassword">Whether it comes from where other users cannot read it.</param>
    /// <exception cref="CofferException">Wrong usage: not of that form, or a password where others see it.</exception>
    public static PostgresAddress Parse(string text, bool mayHoldPassword)
    {
        if (text.Length > MostText || !IsOne(text)) throw Bad("is not of the form postgres://USER@HOST:PORT/DATABASE");
        // Not by System.Uri, which wants a host even where a socket stands for it.
        var (front, query) = Cut(text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..], '?');
        var (authority, path) = Cut(front, '/');
        var at = authority.LastIndexOf('@');
        var (user, password) = Split(at < 0 ? "" : authority[..at], ':');
        // Before anything else is said of it, and never shown.
        if (password is not null && !mayHoldPassword) throw new CofferException(
            "the address of the store holds a password, which every user of this machine can read in the command line", ExitStatus.Usage,
            "put the address into a file for --store-file, or the password into the file that PGPASSFILE names");
        var parameters = Parameters(query ?? "");
        var database = Text(path ?? "");
        if (database.Length == 0 || database.Contains('/', StringComparison.Ordinal)) throw Bad("names no database", "it stands behind the host: postgres://USER@HOST/DATABASE");
        var (name, ownPort) = HostOf(authority[(at + 1)..]);
        var host = parameters.GetValueOrDefault("host") ?? name;
        if (host.Length == 0) throw Bad("names no host", "for a Unix socket: postgres:///DATABASE?host=/run/postgresql");
        if (host.Contains(',', StringComparison.Ordinal)) throw Bad("names several hosts", "give the one name or address behind which the present primary stands");
        var port = parameters.GetValueOrDefault("port") ?? ownPort;
        return new PostgresAddress
        {
            Host = host,
            Port = port is null ? UsualPort : Number("port", port, 1, 65535),
            Database = database,
            User = user is { Length: > 0 } ? user : parameters.GetValueOrDefault("user"),
            Password = password,
            SslMode = parameters.TryGetValue("sslmode", out var mode) ? Mode(mode) : null,
            SslRootCertificate = parameters.GetValueOrDefault("sslrootcert"),
            SslCertificate = parameters.GetValueOrDefault("sslcert"),
            SslKey = parameters.GetValueOrDefault("sslkey"),
            Connections = parameters.TryGetValue("connections", out var connections) ? Number("connections", connections, 2, 100) : 10,
        };
    }

    // An IPv6 address stands in brackets.
    private static (string Host, string? Port) HostOf(string text)
    {
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        return end < 0 ? Split(text, ':') : (text[1..end], text.Length > end + 1 ? text[(end + 2)..] : null);
    }

    private static Dictionary<string, string> Parameters(string query)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Split(part, '=');
            if (name == "password") throw Bad("has a password among its parameters", "it belongs before the host, in a file for --store-file: postgres://USER:PASSWORD@HOST/DATABASE");
            if (!Known.Contains(name)) throw Bad($"has the parameter '{Printable.Of(name, 32)}', which is not known", $"known: {string.Join(", ", Known)}");
            if (value is not { Length: > 0 } || !parameters.TryAdd(name, value)) throw Bad($"has '{name}' twice, or without a value");
        }
        return parameters;
    }

    private static string Mode(string mode) => Modes.Contains(mode) ? mode : throw Bad($"has the sslmode '{Printable.Of(mode, 32)}', which is not known", $"known: {string.Join(", ", Modes)}");

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Bad($"has '{name}={Printable.Of(text, 32)}'", $"{least} to {most}");

    private static (string First, string? Second) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var i ? (text[..i], text[(i + 1)..]) : (text, null);

    private static (string First, string? Second) Split(string text, char at)
    {
        var (first, second) = Cut(text, at);
        return (Text(first), second is null ? null : Text(second));
    }

    private static string Text(string escaped) => Uri.UnescapeDataString(escaped);

    private static CofferException Bad(string what, string? hint = null) => new($"the address of the store {what}", ExitStatus.Usage, hint);
}
