using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys;

/// <summary>
/// Where a root key is, as <c>--root-key</c> says it: <c>FILE</c>, or <c>KIND:FILE[,NAME=VALUE]...</c> for a kind that keeps what it sealed
/// in that file.
/// </summary>
/// <param name="Kind">How it is kept.</param>
/// <param name="File">The file's path.</param>
/// <param name="Options">By name; each once.</param>
internal sealed record RootKeyPlace(IRootKeyKind Kind, string File, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>For messages: <c>tpm:FILE</c>.</summary>
    public string Name => Kind.Prefix.Length == 0 ? Printable.Of(File) : $"{Kind.Prefix}:{Printable.Of(File)}";

    /// <summary>As it was written, for commands in hints.</summary>
    public string Text => Printable.Of(string.Join(',', [Name, .. Options.Select(o => $"{o.Key}={o.Value}")]), 1024);

    /// <exception cref="CofferException">Wrong usage.</exception>
    public static RootKeyPlace Parse(string text)
    {
        var kind = RootKeyOpening.Kinds.FirstOrDefault(k => k.Prefix.Length > 0 && text.StartsWith(k.Prefix + ':', StringComparison.Ordinal));
        if (kind is null) return new RootKeyPlace(RootKeyOpening.File, text, new Dictionary<string, string>());
        var parts = text[(kind.Prefix.Length + 1)..].Split(',');
        if (parts[0].Length == 0 || parts[0].Contains('=', StringComparison.Ordinal)) throw Wrong(kind, "names no file");
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts[1..])
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || at == part.Length - 1) throw Wrong(kind, $"has '{Printable.Of(part)}' where NAME=VALUE belongs");
            if (!kind.Options.Contains(part[..at])) throw Wrong(kind, $"has the option '{Printable.Of(part[..at])}', which is none");
            if (!options.TryAdd(part[..at], part[(at + 1)..])) throw Wrong(kind, $"names '{part[..at]}' twice");
        }
        return new RootKeyPlace(kind, parts[0], options);
    }

    private static CofferException Wrong(IRootKeyKind kind, string what) => new($"the root key's place {what}", ExitStatus.Usage, $"write {kind.Form}");
}
