using Coffer.Service.Logs;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyProvider.Configuration;

/// <summary>Reads what the core needs, which stands at the file's top, and the daemon's <c>limits</c> and <c>log</c>.</summary>
internal static class CoreReader
{
    private const int MostProviders = 64;
    private const int LongestProvider = 64;
    private const int MessageBytes = 4 * 1024 * 1024; // what gRPC clients send at most

    public static KeyProviderOptions Core(ConfigSection root, SettingsScope scope)
    {
        var defaults = new KeyProviderOptions();
        var options = new KeyProviderOptions
        {
            Providers = Providers(root.Section("providers")) ?? defaults.Providers,
            AllowSampleKey = root.Flag("insecureAllowSampleKey"),
            AllowKeyFile = scope is SettingsScope.Command,
            CallTimeout = root.Duration("callTimeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), defaults.CallTimeout),
        };
        if (root.Section("cache") is not { } cache) return options;
        options = options with
        {
            CacheLifetime = cache.Duration("lifetime", TimeSpan.Zero, TimeSpan.FromHours(1), defaults.CacheLifetime),
            CacheEntries = (int)cache.Number("entries", 1, 65_536, defaults.CacheEntries),
        };
        cache.End();
        return options;
    }

    public static LimitSettings Limits(ConfigSection? section)
    {
        var defaults = new LimitSettings();
        if (section is null) return defaults;
        var settings = new LimitSettings(
            (int)section.Number("messageBytes", 1024, MessageBytes, defaults.MessageBytes),
            (int)section.Number("concurrentCalls", 1, 4096, defaults.ConcurrentCalls),
            (int)section.Number("queuedCalls", 0, 65_536, defaults.QueuedCalls),
            (int)section.Number("connections", 1, 65_536, defaults.Connections),
            (int)section.Number("drainSeconds", 0, 600, defaults.DrainSeconds));
        section.End();
        return settings;
    }

    public static LogSettings Log(ConfigSection? section)
    {
        var defaults = new LogSettings();
        if (section is null) return defaults;
        var json = section.Parsed<bool?>("format", t => t switch { "text" => false, "json" => true, _ => null }, "'text' or 'json'");
        var level = section.Parsed<LogLevel?>("level", Level, "'debug', 'info', 'warning' or 'error'");
        section.End();
        return new LogSettings(json ?? defaults.Json, level ?? defaults.Level);
    }

    private static LogLevel? Level(string text) => text switch
    {
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => null,
    };

    private static Dictionary<string, string?>? Providers(ConfigSection? section)
    {
        if (section is null) return null;
        var providers = new Dictionary<string, string?>();
        foreach (var name in section.Names)
        {
            // A colon or a comma ends the name in what runtimes are told: provider:NAME:PARAMETERS.
            if (name.Length is 0 or > LongestProvider || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
            {
                section.Problem(name, $"is no provider's name: 1 to {LongestProvider} letters, digits, '-', '_' and '.'");
            }
            providers[name] = section.IsNone(name) ? null : section.Text(name);
        }
        if (providers.Count is 0 or > MostProviders) section.Problem("", $"there are {providers.Count} providers, not 1 to {MostProviders}");
        section.End();
        return providers;
    }
}
