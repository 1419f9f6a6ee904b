using System.Runtime.InteropServices;

namespace Coffer.Registry.Config;

/// <summary>Where a machine and its user keep configuration: the environment, the home folder and the system's own folders.</summary>
internal sealed partial record HostPlaces
{
    private const int OverrideLength = 4096;

    /// <summary>An environment variable; null where it is unset or empty.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The system's configuration, <c>/etc</c>.</summary>
    public string Etc { get; init; } = "/etc";

    /// <summary>State of this boot, <c>/run</c>.</summary>
    public string Run { get; init; } = "/run";

    public static HostPlaces OfThisProcess() => new() { Variable = Environment.GetEnvironmentVariable };

    /// <summary>The user's home folder; null where the environment names none.</summary>
    public string? Home => Of("HOME");

    /// <summary><c>$XDG_CONFIG_HOME</c>, else <c>~/.config</c>.</summary>
    public string? ConfigHome => Of("XDG_CONFIG_HOME") ?? (Home is { } home ? Path.Combine(home, ".config") : null);

    /// <summary><c>$XDG_RUNTIME_DIR/containers</c>, else <c>/run/containers/UID</c>.</summary>
    public string RuntimeContainers => Of("XDG_RUNTIME_DIR") is { } runtime
        ? Path.Combine(runtime, "containers")
        : Path.Combine(Run, "containers", GetEffectiveUserId().ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>An absolute or relative path out of the environment, bounded; null where it is unset or empty.</summary>
    public string? Of(string name) => Variable(name) is { Length: > 0 and <= OverrideLength } value ? value : null;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
