using System.Text;

namespace Coffer.Registry.Auth;

/// <summary>One way to authenticate that a server offers in <c>WWW-Authenticate</c> (RFC 9110, section 11.6.1).</summary>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    private const int MostCharacters = 16 * 1024;
    private const int MostParameters = 64;

    public string? this[string name] => Parameters.GetValueOrDefault(name);

    public bool Is(string scheme) => Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Every challenge of the header's values; what breaks the grammar ends the value it stands in.</summary>
    public static IReadOnlyList<Challenge> ReadAll(HttpResponseMessage response)
    {
        var found = new List<Challenge>();
        if (!response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var values)) return found;
        foreach (var value in values)
        {
            if (value.Length <= MostCharacters) new Reader(value, found).Read();
        }
        return found;
    }

    internal static IReadOnlyList<Challenge> ReadAll(string value)
    {
        var found = new List<Challenge>();
        if (value.Length <= MostCharacters) new Reader(value, found).Read();
        return found;
    }

    private sealed class Reader(string text, List<Challenge> found)
    {
        private int _at;

        public void Read()
        {
            Dictionary<string, string>? parameters = null;
            while (true)
            {
                Skip(' ', '\t', ',');
                var name = Token();
                if (name.Length == 0) return;
                Skip(' ', '\t');
                if (parameters is not null && Peek() == '=')
                {
                    _at++;
                    Skip(' ', '\t');
                    if (Value() is not { } value || parameters.Count == MostParameters) return;
                    parameters.TryAdd(name, value);
                    continue;
                }
                parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                found.Add(new Challenge(name, parameters));
            }
        }

        private char Peek() => _at < text.Length ? text[_at] : '\0';

        private void Skip(params ReadOnlySpan<char> which)
        {
            while (_at < text.Length && which.Contains(text[_at])) _at++;
        }

        private string Token()
        {
            var start = _at;
            while (_at < text.Length && IsTokenCharacter(text[_at])) _at++;
            return text[start.._at];
        }

        private string? Value()
        {
            if (Peek() != '"') return Token() is { Length: > 0 } token ? token : null;
            var value = new StringBuilder();
            for (_at++; _at < text.Length; _at++)
            {
                if (text[_at] == '"')
                {
                    _at++;
                    return value.ToString();
                }
                if (text[_at] == '\\' && ++_at == text.Length) return null;
                value.Append(text[_at]);
            }
            return null;
        }

        // RFC 9110, section 5.6.2, and the slash and colon that some servers leave unquoted in a realm.
        private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~/:".Contains(c, StringComparison.Ordinal);
    }
}
