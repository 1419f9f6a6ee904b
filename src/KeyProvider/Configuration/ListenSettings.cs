namespace Coffer.KeyProvider.Configuration;

/// <summary>Where the daemon listens and to whom. A socket handed over by systemd takes the place of <paramref name="Socket"/>.</summary>
/// <param name="Socket">Path of the Unix socket; null for none.</param>
/// <param name="Mode">The socket's permission bits.</param>
/// <param name="Group">The group that owns the socket, by name or number; null for the process's own.</param>
/// <param name="AllowedUids">Users that may call, as the kernel names them; empty together with <paramref name="AllowedGids"/> for root and the daemon's own user.</param>
/// <param name="AllowedGids">Groups (the peer's primary group) that may call.</param>
/// <param name="Tcp">A TCP listener with mutual TLS; null for none.</param>
public sealed record ListenSettings(
    string? Socket = ListenSettings.DefaultSocket,
    UnixFileMode Mode = ListenSettings.DefaultMode,
    string? Group = null,
    IReadOnlyList<uint>? AllowedUids = null,
    IReadOnlyList<uint>? AllowedGids = null,
    TcpSettings? Tcp = null)
{
    /// <summary>Where runtimes are told to look.</summary>
    public const string DefaultSocket = "/run/coffer/keyprovider.sock";

    /// <summary><c>0660</c>.</summary>
    public const UnixFileMode DefaultMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>As above; never null.</summary>
    public IReadOnlyList<uint> AllowedUids { get; init; } = AllowedUids ?? [];

    /// <summary>As above; never null.</summary>
    public IReadOnlyList<uint> AllowedGids { get; init; } = AllowedGids ?? [];
}
