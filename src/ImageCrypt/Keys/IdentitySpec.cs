using System.Globalization;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys;

/// <summary>Where the password of a key file comes from.</summary>
public enum PasswordOrigin
{
    /// <summary>None was named: a protected key asks.</summary>
    None,

    /// <summary><c>:pass=PASSWORD</c> or <c>:PASSWORD</c>: it stands in the argument, where other users of the machine see it.</summary>
    Argument,

    /// <summary><c>:file=FILE</c>.</summary>
    File,

    /// <summary><c>:fd=N</c>.</summary>
    Descriptor,
}

/// <summary>
/// One <c>-d</c>: <c>FILE</c>, <c>FILE:pass=PASSWORD</c>, <c>FILE:file=PASSWORDFILE</c>, <c>FILE:fd=N</c>, <c>FILE:PASSWORD</c> or
/// <c>provider:NAME[:PARAMETERS]</c>. Colons may stand in paths and in passwords: the file is the longest beginning of the
/// text, up to a colon or the end, that exists.
/// </summary>
public sealed class IdentitySpec
{
    private const string Hint = "write FILE, FILE:file=PASSWORDFILE, FILE:fd=N or provider:NAME[:PARAMETERS]";
    private const string Provider = "provider:";

    private IdentitySpec(string source) => Source = source;

    /// <summary>The path, or <c>provider:NAME</c>: what may be printed.</summary>
    public string Source { get; }

    /// <summary>The key file; null for a provider.</summary>
    public string? Path { get; private init; }

    /// <summary>The provider's name; null for a key file.</summary>
    public string? ProviderName { get; private init; }

    /// <summary>Everything after the colon that follows the provider's name, verbatim; null without that colon.</summary>
    public string? ProviderParameters { get; private init; }

    /// <summary>Where the password comes from.</summary>
    public PasswordOrigin PasswordOrigin { get; private init; }

    /// <summary>True if the argument itself holds the password: worth one warning that names <c>:file=</c> and <c>:fd=</c>.</summary>
    public bool SecretInArgument => PasswordOrigin == PasswordOrigin.Argument;

    /// <summary>The password, the path of its file or the number of its descriptor, as <see cref="PasswordOrigin"/> says.</summary>
    internal string? PasswordText { get; private init; }

    /// <summary>Reads a <c>-d</c>. Only the existence of files is looked at.</summary>
    /// <exception cref="CofferException">Not of this form, or no beginning of it is a file (<see cref="ExitStatus.Usage"/>).</exception>
    public static IdentitySpec Parse(string text) => Parse(text, File.Exists);

    internal static IdentitySpec Parse(string text, Func<string, bool> exists)
    {
        if (text.Length == 0) throw new CofferException("decryption key is empty", ExitStatus.Usage, Hint);
        if (text.StartsWith(Provider, StringComparison.Ordinal)) return ParseProvider(text[Provider.Length..]);
        for (var end = text.Length; end > 0; end = text.LastIndexOf(':', end - 1))
        {
            var path = text[..end];
            if (exists(path)) return end == text.Length ? new IdentitySpec(path) { Path = path } : ParsePassword(path, text[(end + 1)..]);
        }
        throw new CofferException($"key file '{Printable.Of(Unsecret(text))}' does not exist or cannot be reached", ExitStatus.Usage, Hint);
    }

    /// <summary>The source: never a password.</summary>
    public override string ToString() => Source;

    private static IdentitySpec ParseProvider(string rest)
    {
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? rest : rest[..colon];
        if (name.Length == 0) throw new CofferException("decryption key 'provider:' names no provider", ExitStatus.Usage, Hint);
        return new IdentitySpec(Provider + name) { ProviderName = name, ProviderParameters = colon < 0 ? null : rest[(colon + 1)..] };
    }

    private static IdentitySpec ParsePassword(string path, string suffix)
    {
        if (Value(suffix, "pass=") is { } password) return With(path, PasswordOrigin.Argument, password);
        if (Value(suffix, "file=") is { } file)
        {
            return file.Length > 0 ? With(path, PasswordOrigin.File, file) : throw Wrong(path, "':file=' names no file");
        }
        if (Value(suffix, "fd=") is { } descriptor)
        {
            var isNumber = int.TryParse(descriptor, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 1 << 20;
            return isNumber ? With(path, PasswordOrigin.Descriptor, descriptor) : throw Wrong(path, "':fd=' is not followed by a file descriptor's number");
        }
        return suffix.Length > 0 ? With(path, PasswordOrigin.Argument, suffix) : throw Wrong(path, "nothing follows the last colon");
    }

    private static IdentitySpec With(string path, PasswordOrigin origin, string text) =>
        new(path) { Path = path, PasswordOrigin = origin, PasswordText = text };

    private static string? Value(string suffix, string name) => suffix.StartsWith(name, StringComparison.Ordinal) ? suffix[name.Length..] : null;

    private static CofferException Wrong(string path, string what) => new($"decryption key '{Printable.Of(path)}': {what}", ExitStatus.Usage, Hint);

    // No file tells where the path ends, so that everything from the first possible password on stays unsaid.
    private static string Unsecret(string text)
    {
        var end = text.Length;
        foreach (var mark in (ReadOnlySpan<string>)[":pass=", ":file=", ":fd="])
        {
            var at = text.IndexOf(mark, StringComparison.Ordinal);
            if (at >= 0) end = Math.Min(end, at);
        }
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return end < text.Length ? text[..end] : colon < 0 ? text : text[..colon];
    }
}
