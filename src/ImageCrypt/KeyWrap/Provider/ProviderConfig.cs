using System.Text.Json;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>
/// The file that <c>OCICRYPT_KEYPROVIDER_CONFIG</c> names. Where ocicrypt silently goes on without providers (variable unset,
/// file absent or malformed), this is an error that names the file and the member.
/// </summary>
internal sealed class ProviderConfig
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "OCICRYPT_KEYPROVIDER_CONFIG";

    private const int MaxBytes = 1024 * 1024;

    private readonly JsonElement _providers;

    private ProviderConfig(string path, JsonElement providers)
    {
        Path = path;
        _providers = providers;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The names of all providers, usable or not.</summary>
    public IEnumerable<string> Names => _providers.EnumerateObject().Select(p => p.Name);

    /// <summary>Reads the file that the variable names.</summary>
    /// <param name="variable">The variable's value.</param>
    /// <exception cref="CofferException">Unset, unreadable, or without <c>key-providers</c>.</exception>
    public static ProviderConfig Load(string? variable)
    {
        if (string.IsNullOrEmpty(variable))
        {
            throw new CofferException(
                $"no key providers are configured: {Variable} is not set",
                hint: $"set {Variable} to a file such as {{\"key-providers\":{{\"NAME\":{{\"grpc\":\"127.0.0.1:50051\"}}}}}}");
        }
        var bytes = ReadFile(variable);
        try
        {
            using var document = JsonDocument.Parse(bytes, ProviderJson.Options);
            if (ProviderJson.Member(document.RootElement, "key-providers") is not { ValueKind: JsonValueKind.Object } providers)
            {
                throw Malformed(variable, "key-providers", "is missing or not an object");
            }
            return new ProviderConfig(variable, providers.Clone());
        }
        catch (JsonException e)
        {
            throw new CofferException(
                $"key provider configuration {Printable.Of(variable)} is not JSON (line {e.LineNumber + 1})", hint: "mend the file", inner: e);
        }
    }

    /// <summary>How the provider of that name is reached.</summary>
    /// <exception cref="CofferException">Not configured, or configured in a way that cannot be used: names the file and the member.</exception>
    public ProviderSettings Find(string name)
    {
        JsonElement? found = null;
        foreach (var entry in _providers.EnumerateObject())
        {
            if (entry.NameEquals(name)) found = entry.Value;
        }
        var field = $"key-providers.{Printable.Of(name, 64)}";
        if (found is not { } provider)
        {
            var known = string.Join(", ", _providers.EnumerateObject().Take(16).Select(p => Printable.Of(p.Name, 64)));
            throw new CofferException(
                $"key provider '{Printable.Of(name, 64)}' is not in {Printable.Of(Path)}",
                hint: known.Length == 0 ? "the file has no providers" : $"the file has {known}");
        }
        if (provider.ValueKind != JsonValueKind.Object) throw Malformed(Path, field, "is not an object");
        if (ProviderJson.Member(provider, "cmd") is { } command) return ReadCommand(command, field + ".cmd");
        if (ProviderJson.Member(provider, "grpc") is { } grpc)
        {
            return new GrpcProvider(Text(grpc, field + ".grpc"), ProviderJson.Member(provider, "grpc-tls") is { } tls ? ReadTls(tls, field + ".grpc-tls") : null);
        }
        if (ProviderJson.Member(provider, "ttrpc") is not null)
        {
            throw Malformed(Path, field + ".ttrpc", "is not supported", "configure cmd or grpc for this provider");
        }
        throw Malformed(Path, field, "has neither cmd nor grpc", "write {\"cmd\":{\"path\":\"…\",\"args\":[]}} or {\"grpc\":\"host:port\"}");
    }

    private CommandProvider ReadCommand(JsonElement command, string field)
    {
        var path = ProviderJson.Member(command, "path") is { } p ? Text(p, field + ".path") : "";
        if (path.Length == 0) throw Malformed(Path, field + ".path", "is missing or empty");
        if (ProviderJson.Member(command, "args") is not { } args) return new CommandProvider(path, []);
        if (args.ValueKind != JsonValueKind.Array) throw Malformed(Path, field + ".args", "is not an array");
        return new CommandProvider(path, [.. args.EnumerateArray().Select(a => Text(a, field + ".args"))]);
    }

    private ProviderTls ReadTls(JsonElement tls, string field)
    {
        if (tls.ValueKind != JsonValueKind.Object) throw Malformed(Path, field, "is not an object");
        string? Optional(string name) =>
            ProviderJson.Member(tls, name) is { } value && Text(value, $"{field}.{name}") is { Length: > 0 } text ? text : null;
        var skip = ProviderJson.Member(tls, "insecure-skip-verify");
        if (skip is not null and not { ValueKind: JsonValueKind.True or JsonValueKind.False })
        {
            throw Malformed(Path, field + ".insecure-skip-verify", "is neither true nor false");
        }
        var settings = new ProviderTls(
            Optional("root-ca-file"), Optional("cert-file"), Optional("key-file"), Optional("server-name"), skip is { ValueKind: JsonValueKind.True });
        if (settings.CertFile is null != settings.KeyFile is null)
        {
            throw Malformed(Path, field, "has only one of cert-file and key-file", "give both, or neither");
        }
        return settings;
    }

    private string Text(JsonElement value, string field) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Malformed(Path, field, "is not text");

    private static CofferException Malformed(string path, string field, string what, string hint = "mend the file") =>
        new($"key provider configuration {Printable.Of(path)}: {field} {what}", hint: hint);

    private static byte[] ReadFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MaxBytes) throw new CofferException($"key provider configuration {Printable.Of(path)} is larger than {MaxBytes} bytes");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CofferException(
                $"key provider configuration {Printable.Of(path)} cannot be read: {Printable.Of(e.Message)}", hint: $"{ProviderConfig.Variable} must name a readable file", inner: e);
        }
    }
}
