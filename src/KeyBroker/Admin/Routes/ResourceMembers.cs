using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Resources;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Resources as answers show them: everything but their contents.</summary>
internal static class ResourceMembers
{
    /// <summary>Of a resource.</summary>
    public static IReadOnlyList<RouteMember> OfResource { get; } =
    [
        new("path", "string", "REPOSITORY/TYPE/TAG."),
        new("size", "integer", "Of the current version, in bytes.", IsRequired: false),
        new("version", "integer", "The current version; of a deleted resource the last.", IsRequired: false),
        new("named_version", "integer", "The version that the path alone means.", IsRequired: false),
        new("kept", "integer", "How many versions are kept.", IsRequired: false),
        new("labels", "strings", "NAME=VALUE or NAME.", IsRequired: false),
        new("put", "string", "When the current version was put; null where that was before there were versions.", IsRequired: false),
        new("expires", "string", "From when on no version is released.", IsRequired: false),
        new("version_expires", "string", "From when on the current version is not released.", IsRequired: false),
        new("deleted", "string", "When it was deleted.", IsRequired: false),
        new("deleted_by", "string", "The access token that deleted it.", IsRequired: false),
    ];

    /// <summary>Of one version.</summary>
    public static IReadOnlyList<string> OfVersion { get; } = ["version", "size", "put", "by", "current", "named", "wraps", "expires", "retires", "permitted_until", "released"];

    /// <summary>A resource that is there.</summary>
    public static JsonObject Of(ResourceHead head) => new()
    {
        ["path"] = head.Path.ToString(),
        ["size"] = head.Newest.Bytes,
        ["version"] = head.Current,
        ["named_version"] = head.Named,
        ["kept"] = head.Versions.Count,
        ["labels"] = JsonText.Texts(head.Labels),
        ["put"] = Moments.Text(head.Newest.Put),
        ["expires"] = Moments.Text(head.Expires),
        ["version_expires"] = Moments.Text(head.Newest.Expires),
    };

    /// <summary>A resource that was deleted.</summary>
    public static JsonObject Of(string path, ResourceTombstone tombstone) =>
        new() { ["path"] = path, ["version"] = tombstone.Last, ["deleted"] = Moments.Text(tombstone.Deleted), ["deleted_by"] = tombstone.By };

    /// <summary>The versions of a resource, the newest first.</summary>
    public static JsonArray Versions(ResourceHead head, DateTimeOffset now) => new([.. head.Versions.Reverse().Select(v => (JsonNode?)new JsonObject
    {
        ["version"] = v.Number,
        ["size"] = v.Bytes,
        ["put"] = Moments.Text(v.Put),
        ["by"] = v.By,
        ["current"] = v.Number == head.Current,
        ["named"] = v.Number == head.Named,
        ["wraps"] = v.Wraps,
        ["expires"] = Moments.Text(v.Expires),
        ["retires"] = Moments.Text(v.Retires),
        ["permitted_until"] = Moments.Text(v.PermittedUntil),
        ["released"] = VersionChoice.Of(head, v.Number, now).Refusal is null,
    })]);
}
