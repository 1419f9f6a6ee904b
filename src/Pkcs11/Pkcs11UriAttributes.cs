using System.Text;

namespace Coffer.Pkcs11;

/// <summary>
/// The grammar of RFC 7512 section 2.3: attributes of the path stand between semicolons, those of the query between ampersands,
/// values are percent-encoded. A plus sign is a plus sign here, unlike in HTML forms.
/// </summary>
internal static class Pkcs11UriAttributes
{
    private const string Scheme = "pkcs11:";
    private const int MaximumAttributes = 64;

    private static readonly string[] s_known =
    [
        "token", "manufacturer", "serial", "model", "library-manufacturer", "library-description", "library-version",
        "object", "type", "id", "slot-description", "slot-manufacturer", "slot-id",
    ];

    public static (Dictionary<string, byte[]> Path, Dictionary<string, byte[]> Query) Split(string text)
    {
        if (text.Length > Pkcs11Uri.MaximumLength)
            throw new Pkcs11Exception($"the pkcs11 URI is longer than {Pkcs11Uri.MaximumLength} characters");
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw new Pkcs11Exception("a pkcs11 URI starts with 'pkcs11:'");
        var rest = text.AsSpan(Scheme.Length);
        var mark = rest.IndexOf('?'); // a later question mark belongs to a value of the query
        var path = Read(mark < 0 ? rest : rest[..mark], ';', "path");
        var query = Read(mark < 0 ? [] : rest[(mark + 1)..], '&', "query");
        foreach (var name in path.Keys)
        {
            // RFC 7512 section 2.5: what is not understood in the path matches nothing; in the query it is ignored.
            if (!s_known.Contains(name))
                throw new Pkcs11Exception($"the pkcs11 URI has the attribute '{name}', which is not understood", $"known are {string.Join(", ", s_known)}");
        }
        return (path, query);
    }

    /// <summary>Percent-encodes all but letters, digits and <c>-._~:/@+,</c>, which every part of the URI may hold as they are.</summary>
    public static string Escape(ReadOnlySpan<byte> value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var b in value)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || "-._~:@+,/".Contains((char)b, StringComparison.Ordinal))
                text.Append((char)b);
            else
                text.Append('%').Append(b.ToString("X2", null));
        }
        return text.ToString();
    }

    public static string EscapeAll(ReadOnlySpan<byte> value)
    {
        var text = new StringBuilder(value.Length * 3);
        foreach (var b in value)
            text.Append('%').Append(b.ToString("X2", null));
        return text.ToString();
    }

    private static Dictionary<string, byte[]> Read(ReadOnlySpan<char> text, char separator, string part)
    {
        var attributes = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (text.IsEmpty)
            return attributes;
        foreach (var range in text.Split(separator))
        {
            var attribute = text[range];
            var equals = attribute.IndexOf('=');
            if (equals <= 0)
                throw new Pkcs11Exception($"the {part} of the pkcs11 URI has an attribute that is not NAME=VALUE");
            var name = attribute[..equals].ToString();
            if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                throw new Pkcs11Exception($"the {part} of the pkcs11 URI has an attribute whose name is malformed");
            if (attributes.Count == MaximumAttributes)
                throw new Pkcs11Exception($"the {part} of the pkcs11 URI has more than {MaximumAttributes} attributes");
            if (!attributes.TryAdd(name, Unescape(attribute[(equals + 1)..], name)))
                throw new Pkcs11Exception($"the pkcs11 URI names '{name}' twice");
        }
        return attributes;
    }

    private static byte[] Unescape(ReadOnlySpan<char> text, string name)
    {
        var value = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        while (!text.IsEmpty)
        {
            if (text[0] == '%')
            {
                if (text.Length < 3 || !char.IsAsciiHexDigit(text[1]) || !char.IsAsciiHexDigit(text[2]))
                    throw new Pkcs11Exception($"{name} of the pkcs11 URI has a percent sign without two hexadecimal digits");
                value[length++] = Convert.FromHexString(text.Slice(1, 2))[0];
                text = text[3..];
                continue;
            }
            var run = text.IndexOf('%');
            var literal = run < 0 ? text : text[..run];
            if (literal.ContainsAnyInRange('\0', ' ') || literal.Contains('\u007f'))
                throw new Pkcs11Exception($"{name} of the pkcs11 URI has a blank or control character that is not percent-encoded");
            length += Encoding.UTF8.GetBytes(literal, value.AsSpan(length));
            text = text[literal.Length..];
        }
        var result = value[..length];
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(value); // it may have been the PIN
        return result;
    }
}
