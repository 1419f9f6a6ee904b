using System.Text.Json;
using Coffer.Jose.Text;

namespace Coffer.Jose;

/// <summary>
/// The JOSE header of one recipient or signature: the union of its protected and unprotected parts, which must not share
/// a member (RFC 7515 section 7.2.1, RFC 7516 section 7.2.1).
/// </summary>
public sealed class JoseHeader
{
    internal const int MaxBytes = 64 * 1024;
    private const int MaxMembers = 64;

    private readonly Dictionary<string, JsonElement> _members;
    private readonly HashSet<string> _protected;

    private JoseHeader(Dictionary<string, JsonElement> members, HashSet<string> protectedNames)
    {
        _members = members;
        _protected = protectedNames;
    }

    /// <summary>The names of all members.</summary>
    public IReadOnlyCollection<string> Names => _members.Keys;

    /// <summary>Whether the member is there and stands in the integrity-protected part.</summary>
    public bool IsProtected(string name) => _protected.Contains(name);

    /// <summary>Whether the member is there.</summary>
    public bool Contains(string name) => _members.ContainsKey(name);

    /// <summary>The text of a string member; <see langword="null"/> if it is absent or of another type.</summary>
    public string? GetString(string name) =>
        _members.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The JSON text of a member of any type; <see langword="null"/> if it is absent.</summary>
    public string? GetJson(string name) => _members.TryGetValue(name, out var value) ? value.GetRawText() : null;

    internal JsonElement? Find(string name) => _members.TryGetValue(name, out var value) ? value : null;

    /// <summary>Parses the decoded protected header.</summary>
    internal static Dictionary<string, JsonElement> Parse(byte[] json, string what) =>
        BoundedJson.ReadObject(json, MaxBytes, what, root => Read(root, what));

    /// <summary>Copies the members of a header object out of its document.</summary>
    internal static Dictionary<string, JsonElement> Read(JsonElement json, string what)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw JoseException.Malformed($"{what} is not a JSON object");
        }

        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (members.Count == MaxMembers)
            {
                throw JoseException.Malformed($"{what} has more than {MaxMembers} members");
            }

            members.Add(member.Name, member.Value.Clone());
        }

        return members;
    }

    /// <summary>
    /// Unites the parts and refuses what neither JWE nor JWS may hold here: doubled members, and `crit`, since no
    /// extension is understood (RFC 7515 section 4.1.11).
    /// </summary>
    internal static JoseHeader Unite(Dictionary<string, JsonElement>? protectedPart, params ReadOnlySpan<Dictionary<string, JsonElement>?> others)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, value) in protectedPart ?? [])
        {
            members.Add(name, value);
        }

        foreach (var part in others)
        {
            foreach (var (name, value) in part ?? [])
            {
                if (!members.TryAdd(name, value))
                {
                    throw JoseException.Malformed($"header: the member {BoundedJson.Shown(name)} stands in more than one part");
                }
            }
        }

        return members.ContainsKey("crit")
            ? throw JoseException.Unsupported("header: \"crit\" demands an extension, and none is supported")
            : new JoseHeader(members, [.. (protectedPart ?? []).Keys]);
    }
}
