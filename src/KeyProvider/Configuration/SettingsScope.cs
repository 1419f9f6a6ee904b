namespace Coffer.KeyProvider.Configuration;

/// <summary>Who reads the configuration.</summary>
public enum SettingsScope
{
    /// <summary>A command that answers one request: where a daemon would listen, its limits, log and metrics are passed over unread.</summary>
    Command,

    /// <summary>The daemon: everything is read.</summary>
    Daemon,
}
