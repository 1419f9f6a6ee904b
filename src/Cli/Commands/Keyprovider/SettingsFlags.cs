using System.CommandLine;
using Coffer.KeyProvider.Configuration;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary>The flags that <c>serve</c> and <c>exec</c> share: the configuration file, and what wins over it.</summary>
internal sealed class SettingsFlags
{
    private const string LocalSource = "local";

    private readonly Option<string?> _config = new("--config") { Description = $"configuration file (default {KeyProviderSettings.DefaultPath}, if it is there)", HelpName = "FILE" };
    private readonly Option<string?> _localKeys = new("--local-keys") { Description = "directory of local keys: a key source with the name 'local'", HelpName = "DIR" };
    private readonly Option<string?> _defaultKey = new("--default-key") { Description = "the local key that wraps where the caller names none", HelpName = "ID" };
    private readonly Option<string[]> _providers = new("--provider") { Description = "provider name under which runtimes know this installation, with the source that wraps for it; can be given several times (default coffer, attestation-agent, isecl)", HelpName = "NAME[=SOURCE]" };
    private readonly Option<bool> _sample = new("--insecure-allow-sample-key") { Description = "let callers wrap under the sample key (sample=true), which everybody knows" };
    private readonly Option<string?> _callTimeout = new("--call-timeout") { Description = "longest time for one call to a key source (default 30s)", HelpName = "TIME" };
    private readonly Option<string?> _cache = new("--cache") { Description = "keep unwrapped keys in memory for so long (default 0s: not at all)", HelpName = "TIME" };
    private readonly Option<string?> _logFormat = new("--log-format") { Description = "what log lines are: text (default) or json", HelpName = "text|json" };
    private readonly Option<string?> _logLevel = new("--log-level") { Description = "least level that is logged: debug, info (default), warning or error", HelpName = "LEVEL" };
    private readonly Option<string?> _metrics = new("--metrics") { Description = "show metrics on a loopback address, or on a Unix socket if it begins with '/' or '.'", HelpName = "ADDRESS:PORT|SOCKET" };
    private readonly Option<string?> _otlp = new("--otlp") { Description = "push metrics to an OTLP endpoint: over HTTP if the address has a path (/v1/metrics), else over gRPC", HelpName = "URL" };
    private readonly ListenFlags? _listen;
    private readonly SettingsScope _scope;

    /// <param name="command">Gets the flags.</param>
    /// <param name="scope">The daemon has more flags than the command; the command takes those on logs and metrics too, and has no use for them.</param>
    public SettingsFlags(Command command, SettingsScope scope)
    {
        _scope = scope;
        foreach (var option in (Option[])[_config, _localKeys, _defaultKey, _providers, _sample, _callTimeout, _cache, _logFormat, _logLevel, _metrics, _otlp]) command.Add(option);
        if (scope is SettingsScope.Daemon) _listen = new ListenFlags(command);
    }

    /// <summary>Reads the file and the flags. Can be called again with the same command line, when the file has changed.</summary>
    /// <exception cref="ConfigException">Everything that is wrong with them.</exception>
    public KeyProviderSettings Load(ParseResult parsed) => ConfigReader.Load(parsed.GetValue(_config), Read(parsed), _scope);

    private ConfigFlags Read(ParseResult parsed)
    {
        var flags = new ConfigFlags();
        if (parsed.GetValue(_localKeys) is { } directory)
        {
            flags.Replace("sources", LocalSource);
            flags.Set(_localKeys.Name, "local", "sources", LocalSource, "type");
            flags.Set(_localKeys.Name, directory, "sources", LocalSource, "directory");
        }
        if (parsed.GetValue(_defaultKey) is { } key)
        {
            flags.Set(_defaultKey.Name, "local", "sources", LocalSource, "type");
            flags.Set(_defaultKey.Name, key, "sources", LocalSource, "defaultKey");
        }
        ReadProviders(parsed.GetValue(_providers) ?? [], flags);
        flags.Set(_sample.Name, parsed.GetValue(_sample), "insecureAllowSampleKey");
        flags.Set(_callTimeout.Name, parsed.GetValue(_callTimeout), "callTimeout");
        flags.Set(_cache.Name, parsed.GetValue(_cache), "cache", "lifetime");
        flags.Set(_logFormat.Name, parsed.GetValue(_logFormat), "log", "format");
        flags.Set(_logLevel.Name, parsed.GetValue(_logLevel), "log", "level");
        var metrics = parsed.GetValue(_metrics);
        flags.Set(_metrics.Name, metrics, "metrics", metrics is ['/' or '.', ..] ? "socket" : "listen");
        flags.Set(_otlp.Name, parsed.GetValue(_otlp), "metrics", "otlp");
        _listen?.Read(parsed, flags);
        return flags;
    }

    private void ReadProviders(string[] providers, ConfigFlags flags)
    {
        if (providers.Length > 0) flags.Replace("providers");
        foreach (var provider in providers)
        {
            var equals = provider.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) flags.SetNone(_providers.Name, "providers", provider);
            else flags.Set(_providers.Name, provider[(equals + 1)..], "providers", provider[..equals]);
        }
    }
}
