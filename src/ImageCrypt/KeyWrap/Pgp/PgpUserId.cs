namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>The parts of a user id: <c>Name (comment) &lt;user@host&gt;</c>.</summary>
internal static class PgpUserId
{
    /// <summary>
    /// True if <paramref name="name"/> is the whole id, its e-mail address (in any case) or its name. Parts of a name or
    /// address never match: a key must not become a recipient because its id contains another's.
    /// </summary>
    public static bool Matches(string userId, string name)
    {
        if (userId == name) return true;
        var open = userId.LastIndexOf('<');
        if (open < 0 || !userId.EndsWith('>'))
        {
            return userId.Contains('@', StringComparison.Ordinal) && string.Equals(userId, name, StringComparison.OrdinalIgnoreCase);
        }
        var address = userId[(open + 1)..^1];
        if (string.Equals(address, name.StartsWith('<') && name.EndsWith('>') ? name[1..^1] : name, StringComparison.OrdinalIgnoreCase)) return true;
        var label = userId[..open].Trim();
        if (label == name) return label.Length > 0;
        var comment = label.EndsWith(')') ? label.LastIndexOf('(') : -1;
        return comment > 0 && label[..comment].TrimEnd() == name;
    }

    /// <summary>
    /// A key id of 16 hex digits or a fingerprint of 40 or 64, in upper case; null for anything else. Short ids of 8 digits
    /// are not taken: keys with a wanted one can be made at will.
    /// </summary>
    public static string? AsHex(string name)
    {
        var digits = name.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? name[2..] : name;
        return digits.Length is 16 or 40 or 64 && digits.All(char.IsAsciiHexDigit) ? digits.ToUpperInvariant() : null;
    }
}
