using System.Text;
using System.Text.Json;
using Coffer.Oci;
using Coffer.Registry.Config;

namespace Coffer.Registry.Auth;

/// <summary>
/// One auth file: <c>auths</c>, <c>credHelpers</c>, <c>credsStore</c> (containers-auth.json(5), Docker's config.json;
/// the old .dockercfg is the inside of <c>auths</c> alone). Its text holds passwords and appears in no message.
/// </summary>
internal sealed class AuthFile
{
    private const int MostBytes = 1024 * 1024;

    private readonly string _path;
    private readonly bool _docker;
    private readonly JsonElement _auths;
    private readonly JsonElement _root;

    private AuthFile(string path, bool docker, JsonElement root)
    {
        _path = path;
        _docker = docker;
        _root = root;
        _auths = Path.GetFileName(path) == ".dockercfg" ? root : root.TryGetProperty("auths", out var auths) ? auths : default;
    }

    /// <param name="path">The file, which exists.</param>
    /// <param name="docker">True: keys are hosts or addresses; false: keys may also be <c>host/namespace</c>.</param>
    /// <exception cref="CofferException">It cannot be read, is too large, or is no JSON object.</exception>
    public static AuthFile Read(string path, bool docker)
    {
        try
        {
            if (new FileInfo(path).Length > MostBytes) throw Bad(path, $"is larger than {MostBytes} bytes");
            var bytes = File.ReadAllBytes(path);
            if (bytes.AsSpan().Trim(" \t\r\n"u8).IsEmpty) bytes = "{}"u8.ToArray();
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 32 });
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw Bad(path, "is not a JSON object");
            return new AuthFile(path, docker, json.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw Bad(path, $"is not JSON (line {e.LineNumber + 1})");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Bad(path, $"cannot be read: {Printable.Of(e.Message)}");
        }
    }

    public async Task<RegistryCredentials?> FindAsync(string host, string repository, HostPlaces places)
    {
        if (Text(Member(_root, "credHelpers"), host) is { Length: > 0 } helper
            && await CredentialHelper.GetAsync(helper, host, places, CancellationToken.None).ConfigureAwait(false) is { } own) return own;
        if (Text(_root, "credsStore") is { Length: > 0 } store
            && await CredentialHelper.GetAsync(store, host, places, CancellationToken.None).ConfigureAwait(false) is { } stored) return stored;
        if (_auths.ValueKind != JsonValueKind.Object) return null;
        foreach (var key in Keys(host, repository))
        {
            if (Entry(Member(_auths, key), key) is { } found) return found;
        }
        foreach (var member in _auths.EnumerateObject())
        {
            // Addresses are what docker login writes; a bare host/namespace of containers' files is not the whole host's.
            if ((_docker || member.Name.Contains("://", StringComparison.Ordinal)) && HostOf(member.Name).Equals(host, StringComparison.OrdinalIgnoreCase)
                && Entry(member.Value, member.Name) is { } legacy) return legacy;
        }
        return null;
    }

    // host/a/b, host/a, host: the most specific first.
    private IEnumerable<string> Keys(string host, string repository)
    {
        for (var key = _docker ? host : $"{host}/{repository}"; ; key = key[..key.LastIndexOf('/')])
        {
            yield return key;
            if (!key.Contains('/', StringComparison.Ordinal)) yield break;
        }
    }

    private RegistryCredentials? Entry(JsonElement entry, string key)
    {
        if (entry.ValueKind != JsonValueKind.Object) return null;
        if (Text(entry, "identitytoken") is { Length: > 0 } token) return RegistryCredentials.FromIdentityToken(token);
        if (Text(entry, "auth") is not { Length: > 0 } auth)
        {
            return Text(entry, "username") is { Length: > 0 } user ? new RegistryCredentials(user, Text(entry, "password") ?? "") : null;
        }
        try
        {
            var plain = new UTF8Encoding(false, true).GetString(Convert.FromBase64String(auth));
            var colon = plain.IndexOf(':', StringComparison.Ordinal);
            // Docker pads the password with NUL bytes in old files.
            if (colon > 0) return new RegistryCredentials(plain[..colon], plain[(colon + 1)..].TrimEnd('\0'));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // Said below, without the text.
        }
        throw Bad(_path, $"has no base64 of user:password in the entry of {Printable.Of(key)}");
    }

    private static string HostOf(string key)
    {
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? key : key[(scheme + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? rest : rest[..slash];
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static CofferException Bad(string path, string wrong) => new($"auth file {Printable.Of(path)} {wrong}");
}
