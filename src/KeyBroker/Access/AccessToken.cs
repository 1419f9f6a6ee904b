using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Admin;

namespace Coffer.KeyBroker.Access;

/// <summary>A credential for the administration API as it is kept: what it may do, and the hash of its secret.</summary>
/// <param name="Id">16 hex digits.</param>
/// <param name="Hash">SHA-256 of the secret part's ASCII text.</param>
/// <param name="Roles">What it makes of its holder.</param>
/// <param name="Paths">Globs in their normal form; empty where no role asks for a path.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">From when on it is refused; null for never.</param>
internal sealed record AccessToken(
    string Id, ReadOnlyMemory<byte> Hash, IReadOnlyList<Role> Roles, IReadOnlyList<string> Paths, DateTimeOffset Created, DateTimeOffset? Expires)
{
    /// <summary>What its maker wrote about it; null for nothing.</summary>
    public string? Comment { get; init; }

    /// <summary>Who got it by logging in, as the audit names him; null for a token that an administrator made.</summary>
    public string? Subject { get; init; }

    /// <summary>Of one that somebody got by logging in: what he was, role by role with its own paths, instead of <see cref="Roles"/> and <see cref="Paths"/> together.</summary>
    public IReadOnlyList<Grant> Grants { get; init; } = [];

    /// <summary>The caller that it makes.</summary>
    public Caller ToCaller() => Subject is { } subject ? new Caller(subject, Grants) { LoginToken = Id } : new Caller(Id, [.. Roles.Select(r => Grant.Of(r, Paths))]);

    /// <summary>What operators see: everything but the hash.</summary>
    public JsonObject Describe(DateTimeOffset now) => new()
    {
        ["id"] = Id,
        ["can"] = Texts(Roles.Select(RoleNames.Of)),
        ["paths"] = Texts(Paths),
        ["created"] = Time(Created),
        ["expires"] = Expires is { } expires ? Time(expires) : null,
        ["expired"] = Expires <= now,
        ["comment"] = Comment,
        ["subject"] = Subject,
    };

    /// <summary>The record's bytes.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteBase64String("hash", Hash.Span);
            json.WriteStartArray("can");
            foreach (var role in Roles) json.WriteStringValue(RoleNames.Of(role));
            json.WriteEndArray();
            json.WriteStartArray("paths");
            foreach (var path in Paths) json.WriteStringValue(path);
            json.WriteEndArray();
            json.WriteString("created", Created);
            if (Expires is { } expires) json.WriteString("expires", expires);
            if (Comment is { } comment) json.WriteString("comment", comment);
            if (Subject is { } subject) WriteLogin(json, subject);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: the record is not of its form.</exception>
    public static AccessToken FromBytes(string id, byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var json = document.RootElement;
            return new AccessToken(
                id, json.GetProperty("hash").GetBytesFromBase64(),
                [.. json.GetProperty("can").EnumerateArray().Select(p => RoleNames.Parse(p.GetString()!))],
                [.. json.GetProperty("paths").EnumerateArray().Select(p => p.GetString()!)],
                json.GetProperty("created").GetDateTimeOffset(),
                json.TryGetProperty("expires", out var expires) ? expires.GetDateTimeOffset() : null)
            {
                Comment = json.TryGetProperty("comment", out var comment) ? comment.GetString() : null,
                Subject = json.TryGetProperty("subject", out var subject) ? subject.GetString() : null,
                Grants = json.TryGetProperty("grants", out var grants) ? [.. grants.EnumerateArray().Select(ReadGrant)] : [],
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or BrokerException)
        {
            throw new BrokerException(BrokerFault.Internal, $"the record of access token {id} is damaged", inner: e);
        }
    }

    private void WriteLogin(Utf8JsonWriter json, string subject)
    {
        json.WriteString("subject", subject);
        json.WriteStartArray("grants");
        foreach (var grant in Grants)
        {
            json.WriteStartObject();
            json.WriteString("role", RoleNames.Of(grant.Role));
            json.WriteStartArray("paths");
            foreach (var path in grant.Paths) json.WriteStringValue(path.Text);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static Grant ReadGrant(JsonElement grant) =>
        Grant.Of(RoleNames.Parse(grant.GetProperty("role").GetString()!), [.. grant.GetProperty("paths").EnumerateArray().Select(p => p.GetString()!)]);

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);

    private static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
