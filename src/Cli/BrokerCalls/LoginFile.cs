using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>
/// The tokens that <c>broker login</c> got, by the broker's host and port: a file of this user alone (0600), <c>$XDG_STATE_HOME/coffer/logins.json</c> or
/// <c>~/.local/state/coffer/logins.json</c>.
/// </summary>
internal sealed class LoginFile
{
    private const int MostBytes = 1024 * 1024;
    private const UnixFileMode OwnOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = (UnixFileMode)0x3f; // group and others

    private readonly string? _path;

    private LoginFile(string? path) => _path = path;

    /// <summary>This user's.</summary>
    public static LoginFile OfUser()
    {
        var state = BrokerAddressFlags.Variable("XDG_STATE_HOME") is { } set && Path.IsPathRooted(set) ? set
            : BrokerAddressFlags.Variable("HOME") is { } home ? Path.Combine(home, ".local", "state") : null;
        return new LoginFile(state is null ? null : Path.Combine(state, "coffer", "logins.json"));
    }

    /// <summary>The token for a broker; null where there is none that lives.</summary>
    /// <exception cref="CofferException">The file is open to others, or is none.</exception>
    public string? Find(string authority, TimeProvider time) =>
        Read()[authority] is JsonObject login && Expires(login) > time.GetUtcNow() && login["token"] is JsonValue token && token.TryGetValue<string>(out var text) ? text : null;

    /// <summary>Keeps a token, and drops those that have expired.</summary>
    /// <exception cref="CofferException">It cannot be written.</exception>
    public void Put(string authority, string token, string expires, TimeProvider time)
    {
        var logins = Read();
        foreach (var (name, login) in logins.ToList())
        {
            if (login is not JsonObject known || Expires(known) <= time.GetUtcNow()) logins.Remove(name);
        }
        logins[authority] = new JsonObject { ["token"] = token, ["expires"] = expires };
        Write(logins);
    }

    /// <summary>Forgets the token for a broker.</summary>
    /// <exception cref="CofferException">It cannot be written.</exception>
    public void Remove(string authority)
    {
        var logins = Read();
        if (logins.Remove(authority)) Write(logins);
    }

    private static DateTimeOffset Expires(JsonObject login) =>
        login["expires"] is JsonValue value && value.TryGetValue<string>(out var text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.MinValue;

    private JsonObject Read()
    {
        if (_path is null) return [];
        try
        {
            using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read);
            if ((File.GetUnixFileMode(stream.SafeFileHandle) & Others) != 0) throw new CofferException($"the file of logins {Printable.Of(_path)} is open to others", hint: $"chmod 600 {Printable.Of(_path)}, and log in anew");
            var content = new byte[MostBytes + 1];
            var read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return read <= MostBytes && JsonNode.Parse(content.AsSpan(0, read)) is JsonObject logins ? logins : throw Wrong(null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw Wrong(e);
        }
    }

    // A reader and a crash see the old content or the new one.
    private void Write(JsonObject logins)
    {
        var path = _path ?? throw new CofferException("there is no folder for the token", hint: "set HOME or XDG_STATE_HOME");
        var partial = $"{path}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnOnly | UnixFileMode.UserExecute);
            using (var stream = new FileStream(partial, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnOnly }))
            {
                stream.Write(Encoding.UTF8.GetBytes(logins.ToJsonString()));
            }
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CofferException($"the file of logins {Printable.Of(path)} cannot be written: {Printable.Of(e.Message)}", inner: e);
        }
    }

    private CofferException Wrong(Exception? inner) => new($"the file of logins {Printable.Of(_path)} cannot be read{(inner is null or JsonException ? ": it is not of its form" : $": {Printable.Of(inner.Message)}")}", hint: "remove it, and log in anew", inner: inner);
}
