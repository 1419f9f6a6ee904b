using System.CommandLine;
using Coffer.KeyProvider.Configuration;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary>The flags that <c>serve</c> and <c>exec</c> share: the configuration file, and what wins over it.</summary>
internal sealed class SettingsFlags
{
    private const string LocalSource = "local";
    private const string TokenSource = "pkcs11";

    private readonly Option<string?> _config = new("--config") { Description = $"configuration file (default {KeyProviderSettings.DefaultPath}, if it is there and neither --local-keys nor --pkcs11-key is given)", HelpName = "FILE" };
    private readonly Option<string?> _localKeys = new("--local-keys") { Description = "directory of local keys: a key source with the name 'local'", HelpName = "DIR" };
    private readonly Option<string?> _defaultKey = new("--default-key") { Description = "the local key that wraps where the caller names none", HelpName = "ID" };
    private readonly Option<string[]> _tokenKeys = new("--pkcs11-key") { Description = "AES key in a PKCS #11 token, by its key file or URI: a key source with the name 'pkcs11'; can be given several times", HelpName = "ID=FILE|URI" };
    private readonly Option<string[]> _providers = new("--provider") { Description = "provider name under which runtimes know this installation, with the source that wraps for it; can be given several times (default coffer, attestation-agent, isecl)", HelpName = "NAME[=SOURCE]" };
    private readonly Option<bool> _sample = new("--insecure-allow-sample-key") { Description = "let callers wrap under the sample key (sample=true), which everybody knows" };
    private readonly Option<string?> _callTimeout = new("--call-timeout") { Description = "longest time for one call to a key source (default 30s)", HelpName = "TIME" };
    private readonly Option<string?> _cache = new("--cache") { Description = "keep unwrapped keys in memory for so long (default 0s: not at all)", HelpName = "TIME" };
    private readonly Option<string?> _logFormat = new("--log-format") { Description = "what log lines are: text (default) or json", HelpName = "text|json" };
    private readonly Option<string?> _logLevel = new("--log-level") { Description = "least level that is logged: debug, info (default), warning or error", HelpName = "LEVEL" };
    private readonly Option<string?> _metrics = new("--metrics") { Description = "show metrics on a loopback address, or on a Unix socket if it begins with '/' or '.'", HelpName = "ADDRESS:PORT|SOCKET" };
    private readonly Option<string?> _otlp = new("--otlp") { Description = "push metrics to an OTLP endpoint: over HTTP if the address has a path (/v1/metrics), else over gRPC", HelpName = "URL" };
    private readonly Option<string?> _traces = new("--traces") { Description = "send traces to an OTLP endpoint: over HTTP if the address has a path (/v1/traces), else over gRPC", HelpName = "URL" };
    private readonly BrokerFlags _broker;
    private readonly ListenFlags? _listen;
    private readonly SettingsScope _scope;

    /// <param name="command">Gets the flags.</param>
    /// <param name="scope">The daemon has more flags than the command; the command takes those on logs and metrics too, and has no use for them.</param>
    public SettingsFlags(Command command, SettingsScope scope)
    {
        _scope = scope;
        foreach (var option in (Option[])[_config, _localKeys, _defaultKey, _tokenKeys]) command.Add(option);
        _broker = new BrokerFlags(command);
        foreach (var option in (Option[])[_providers, _sample, _callTimeout, _cache, _logFormat, _logLevel, _metrics, _otlp, _traces]) command.Add(option);
        if (scope is SettingsScope.Daemon) _listen = new ListenFlags(command);
    }

    /// <summary>Reads the file and the flags. Can be called again with the same command line, when the file has changed.</summary>
    /// <exception cref="ConfigException">Everything that is wrong with them.</exception>
    public KeyProviderSettings Load(ParseResult parsed) => ConfigReader.Load(parsed.GetValue(_config), Read(parsed), _scope);

    /// <summary>
    /// The flags given that make a difference to <c>exec</c>, written so that they mean the same from any working directory; empty for none.
    /// </summary>
    public IReadOnlyList<string> Arguments(ParseResult parsed)
    {
        var arguments = new List<string>();
        foreach (var option in (Option<string?>[])[_config, _localKeys, _defaultKey, _callTimeout, _traces])
        {
            if (parsed.GetValue(option) is not { } value) continue;
            arguments.Add(option.Name);
            arguments.Add(option == _config || option == _localKeys ? Path.GetFullPath(value) : value);
        }
        foreach (var (id, place) in TokenKeys(parsed))
        {
            arguments.AddRange([_tokenKeys.Name, $"{id}={(place.StartsWith("pkcs11:", StringComparison.Ordinal) ? place : Path.GetFullPath(place))}"]);
        }
        arguments.AddRange(_broker.Arguments(parsed));
        foreach (var provider in parsed.GetValue(_providers) ?? []) arguments.AddRange([_providers.Name, provider]);
        if (parsed.GetValue(_sample)) arguments.Add(_sample.Name);
        return arguments;
    }

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
        foreach (var (id, place) in TokenKeys(parsed))
        {
            flags.Replace("sources", TokenSource);
            flags.Set(_tokenKeys.Name, TokenSource, "sources", TokenSource, "type");
            flags.Set(_tokenKeys.Name, place, "sources", TokenSource, "keys", id);
        }
        _broker.Read(parsed, flags);
        ReadProviders(parsed.GetValue(_providers) ?? [], flags);
        flags.Set(_sample.Name, parsed.GetValue(_sample), "insecureAllowSampleKey");
        flags.Set(_callTimeout.Name, parsed.GetValue(_callTimeout), "callTimeout");
        flags.Set(_cache.Name, parsed.GetValue(_cache), "cache", "lifetime");
        flags.Set(_logFormat.Name, parsed.GetValue(_logFormat), "log", "format");
        flags.Set(_logLevel.Name, parsed.GetValue(_logLevel), "log", "level");
        var metrics = parsed.GetValue(_metrics);
        flags.Set(_metrics.Name, metrics, "metrics", metrics is ['/' or '.', ..] ? "socket" : "listen");
        flags.Set(_otlp.Name, parsed.GetValue(_otlp), "metrics", "otlp");
        flags.Set(_traces.Name, parsed.GetValue(_traces), "traces", "otlp");
        _listen?.Read(parsed, flags);
        return flags;
    }

    // The first '=' ends the id: a URI has more of them.
    private IEnumerable<(string Id, string Place)> TokenKeys(ParseResult parsed) => (parsed.GetValue(_tokenKeys) ?? []).Select(text => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && equals < text.Length - 1
        ? (text[..equals], text[(equals + 1)..])
        : throw new CofferException($"{_tokenKeys.Name} '{Printable.Of(text)}' names no key", ExitStatus.Usage, "write ID=FILE or ID=pkcs11:..."));

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
