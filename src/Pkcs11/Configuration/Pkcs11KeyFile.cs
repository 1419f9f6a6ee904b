using System.Text;

namespace Coffer.Pkcs11.Configuration;

/// <summary>
/// A key that lives in a token, as ocicrypt's key files describe it: <c>pkcs11: { uri: ... }</c> and optionally
/// <c>module: { env: { NAME: value } }</c> with environment variables for the module. Owns the URI and its PIN.
/// </summary>
/// <remarks>
/// A pin-value passes through strings of the runtime on its way here and these cannot be cleared; with pin-source the PIN
/// only ever lives in memory that is.
/// </remarks>
public sealed class Pkcs11KeyFile : IDisposable
{
    private const int MaximumVariables = 64;
    private const int MaximumValueLength = 4096;

    private Pkcs11KeyFile(Pkcs11Uri uri, IReadOnlyDictionary<string, string> environment)
    {
        Uri = uri;
        Environment = environment;
    }

    /// <summary>Which key.</summary>
    public Pkcs11Uri Uri { get; }

    /// <summary>Variables that the module finds in its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Whether a text is worth giving to <see cref="Parse(string, string)"/>: it is a URI, or has a line that starts with <c>pkcs11:</c>.</summary>
    public static bool LooksLikeOne(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith("pkcs11:") || line.StartsWith("\"pkcs11\":") || line.StartsWith("{\"pkcs11\":") || line.StartsWith("{pkcs11:"))
                return true;
        }
        return false;
    }

    /// <summary>Reads the bytes of a key file, UTF-8, as <see cref="Parse(string, string)"/> reads its text.</summary>
    /// <param name="utf8">The file's content; at most 64 KiB.</param>
    /// <param name="origin">The file's name, for messages.</param>
    /// <exception cref="Pkcs11Exception">It is no key file.</exception>
    public static Pkcs11KeyFile Parse(ReadOnlySpan<byte> utf8, string origin)
    {
        if (utf8.Length > YamlText.MaximumLength)
            throw new Pkcs11Exception($"{origin} is longer than {YamlText.MaximumLength} bytes");
        try
        {
            return Parse(new UTF8Encoding(false, true).GetString(utf8), origin);
        }
        catch (DecoderFallbackException)
        {
            throw new Pkcs11Exception($"{origin} is not UTF-8 text");
        }
    }

    /// <summary>Reads the text of a key file: the YAML form, or nothing but a <c>pkcs11:</c> URI.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="origin">The file's name, for messages.</param>
    /// <exception cref="Pkcs11Exception">It is neither, or the URI does not name a key.</exception>
    public static Pkcs11KeyFile Parse(string text, string origin)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bare = text.AsSpan().Trim();
        if (bare.StartsWith("pkcs11:", StringComparison.Ordinal) && !bare.ContainsAny(' ', '\n', '\r') && bare.Length > "pkcs11:".Length)
            return new Pkcs11KeyFile(KeyUri(bare.ToString(), origin), new Dictionary<string, string>());

        var root = YamlText.Read(text, origin);
        var uri = root.Member("pkcs11", origin)?.Member("uri", $"pkcs11 in {origin}")?.Scalar
            ?? throw new Pkcs11Exception($"{origin} has no pkcs11.uri", "a key file is 'pkcs11: { uri: \"pkcs11:...\" }', or just a pkcs11: URI");
        return new Pkcs11KeyFile(KeyUri(uri, origin), Variables(root, origin));
    }

    /// <summary>Clears the PIN.</summary>
    public void Dispose() => Uri.Dispose();

    private static Pkcs11Uri KeyUri(string text, string origin)
    {
        var uri = Pkcs11Uri.Parse(text);
        if (!uri.NamesObject)
        {
            uri.Dispose();
            throw new Pkcs11Exception($"the pkcs11 URI in {origin} does not name a key", "add object=LABEL, id=%01 or both to its path");
        }
        return uri;
    }

    private static Dictionary<string, string> Variables(YamlNode root, string origin)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (root.Member("module", origin)?.Member("env", $"module in {origin}") is not { } node)
            return variables;
        if (node.Map is null || node.Map.Count > MaximumVariables)
            throw new Pkcs11Exception($"module.env in {origin} is not a map of at most {MaximumVariables} variables");
        foreach (var (name, value) in node.Map)
        {
            if (!IsName(name))
                throw new Pkcs11Exception($"module.env in {origin} has a name that is no environment variable's");
            if (value.Scalar is not { Length: <= MaximumValueLength } text || text.Contains('\0', StringComparison.Ordinal))
                throw new Pkcs11Exception($"module.env.{name} in {origin} is not a text of at most {MaximumValueLength} characters");
            variables.Add(name, text);
        }
        return variables;
    }

    private static bool IsName(string name) => name.Length is > 0 and <= 128 && !char.IsAsciiDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
