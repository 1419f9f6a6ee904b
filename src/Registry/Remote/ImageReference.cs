using System.Text.RegularExpressions;
using Coffer.Oci;

namespace Coffer.Registry.Remote;

/// <summary>
/// An image's name in a registry, <c>HOST[:PORT]/PATH[:TAG][@DIGEST]</c> (distribution-spec 1.1, "Pull"; the grammar
/// is that of Docker references). Immutable.
/// </summary>
public sealed partial record ImageReference
{
    private const int NameLength = 255;

    private ImageReference(string host, string repository, string? tag, Digest? digest)
    {
        Host = host;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>The registry, with its port where one was written; IPv6 addresses in brackets.</summary>
    public string Host { get; }

    /// <summary>The path of the repository, without a leading slash.</summary>
    public string Repository { get; }

    /// <summary>At most 128 characters; null where none was written.</summary>
    public string? Tag { get; }

    /// <summary>The digest that the image must have; null where none was written.</summary>
    public Digest? Digest { get; }

    /// <summary>What the manifest is asked for by: the digest, else the tag, else <c>latest</c>.</summary>
    public string Version => Digest?.ToString() ?? Tag ?? "latest";

    /// <summary>The reference as <c>HOST/PATH:TAG@DIGEST</c>.</summary>
    public override string ToString() => $"{Host}/{Repository}{(Tag is null ? "" : ":" + Tag)}{(Digest is { } digest ? "@" + digest : "")}";

    /// <summary>Reads a reference. Short names, those without a host, are refused: which registry they mean would be a guess.</summary>
    /// <exception cref="CofferException">It breaks the grammar (<see cref="ExitStatus.Usage"/>).</exception>
    public static ImageReference Parse(string text)
    {
        const int longest = NameLength + 1 + 128 + 1 + 135;
        if (text.Length > longest) throw Bad(text, $"is longer than the {longest} characters that a reference can have");
        var rest = text;
        Digest? digest = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            if (!Oci.Digest.TryParse(rest[(at + 1)..], out var parsed)) throw Bad(text, "has no valid digest after the '@'");
            digest = parsed;
            rest = rest[..at];
        }
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? "" : rest[..slash];
        if (!IsHost(host))
        {
            throw Bad(text, "names no registry", $"write the registry in front, for example registry.example/{Printable.Of(rest)}; short names are not resolved");
        }
        string? tag = null;
        var path = rest[(slash + 1)..];
        if (path.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
        {
            tag = path[(colon + 1)..];
            if (!TagPattern().IsMatch(tag)) throw Bad(text, "has no valid tag after the ':'", "a tag has 1 to 128 letters, digits, '_', '.' and '-', and starts with none of the last two");
            path = path[..colon];
        }
        if (!HostPattern().IsMatch(host)) throw Bad(text, $"has no valid registry host in '{Printable.Of(host)}'");
        if (!PathPattern().IsMatch(path)) throw Bad(text, $"has no valid repository in '{Printable.Of(path)}'", path.Any(char.IsUpper) ? "repository names are lower case" : null);
        if (host.Length + 1 + path.Length > NameLength) throw Bad(text, $"has a name of more than {NameLength} characters");
        return new ImageReference(host, path, tag, digest);
    }

    /// <summary>The same tag and digest under another name, as registries.conf rewrites it.</summary>
    internal ImageReference At(string hostAndPath) =>
        Parse($"{hostAndPath}{(Tag is null ? "" : ":" + Tag)}{(Digest is { } digest ? "@" + digest : "")}");

    // What tells a host from the first part of a path, as everywhere: a dot, a port, or the one name without either.
    private static bool IsHost(string text) =>
        text.Length > 0 && (text.AsSpan().IndexOfAny('.', ':') >= 0 || text == "localhost" || text.Any(char.IsUpper));

    private static CofferException Bad(string text, string wrong, string? hint = null) =>
        new($"image reference '{Printable.Of(text)}' {wrong}", ExitStatus.Usage, hint ?? "a reference is HOST[:PORT]/PATH[:TAG][@DIGEST]");

    [GeneratedRegex(@"\A(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]))*|\[[0-9a-fA-F:.]{2,45}\])(?::(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}))?\z")]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagPattern();
}
