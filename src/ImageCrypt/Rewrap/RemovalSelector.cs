using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.Layers;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Rewrap;

/// <summary>One <c>--remove</c>: which recipients go.</summary>
public sealed record RemovalSelector
{
    private readonly Func<Candidate, bool> _matches;

    private RemovalSelector(string text, Func<Candidate, bool> matches, bool opened = false)
    {
        Text = text;
        _matches = matches;
        NeedsKey = opened;
    }

    /// <summary>As the user wrote it.</summary>
    public string Text { get; }

    /// <summary>True where it can only be answered once a key opened the layer.</summary>
    public bool NeedsKey { get; }

    /// <summary>Reads <c>all</c>, <c>opened</c>, <c>SCHEME</c>, <c>SCHEME:N</c>, <c>provider:NAME</c> or <c>kid:ID</c>.</summary>
    /// <exception cref="CofferException">Any other form (<see cref="ExitStatus.Usage"/>).</exception>
    public static RemovalSelector Parse(string text)
    {
        if (text == "all") return new(text, _ => true);
        if (text == "opened") return new(text, c => c.IsOpened, opened: true);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var head = colon < 0 ? text : text[..colon];
        var tail = colon < 0 ? null : text[(colon + 1)..];
        if (head == "kid" && tail is { Length: > 0 }) return new(text, c => tail.Equals(c.Description.Kid, StringComparison.OrdinalIgnoreCase) || tail == c.Description.KeyId);
        if (BuiltInSchemes.All.Any(s => s.Name == head))
        {
            if (tail is null) return new(text, c => c.Packet.SchemeName == head);
            if (int.TryParse(tail, System.Globalization.NumberStyles.None, null, out var number)) return new(text, c => c.Packet.SchemeName == head && c.Number == number);
            if (head == "provider" && tail.Length > 0) return new(text, c => c.Description.Provider == tail);
        }
        throw new CofferException(
            $"--remove '{Printable.Of(text)}' selects nothing that is known", ExitStatus.Usage,
            "write all, opened, SCHEME, SCHEME:N as inspect numbers them, provider:NAME or kid:ID");
    }

    internal bool Matches(Candidate candidate) => _matches(candidate);

    internal sealed record Candidate(Packet Packet, int Number, RecipientDescription Description, bool IsOpened);
}
