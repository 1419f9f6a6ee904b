using System.Text.Json;

namespace Coffer.Oci;

/// <summary>The part of an image config that concerns us (image-spec 1.1, config.md). Read only, never rewritten.</summary>
public sealed class ImageConfig
{
    private ImageConfig(Platform platform, IReadOnlyList<Digest> diffIds, IReadOnlyList<string> env, IReadOnlyDictionary<string, string> labels, IReadOnlyList<string> history)
    {
        Platform = platform;
        DiffIds = diffIds;
        Env = env;
        Labels = labels;
        History = history;
    }

    /// <summary>What the image runs on; empty names where the config says nothing.</summary>
    public Platform Platform { get; }

    /// <summary>The digest of each layer's uncompressed tar, base first.</summary>
    public IReadOnlyList<Digest> DiffIds { get; }

    /// <summary><c>NAME=value</c> entries.</summary>
    public IReadOnlyList<string> Env { get; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>The command that made each layer, and its comment.</summary>
    public IReadOnlyList<string> History { get; }

    /// <summary>Reads a config.</summary>
    /// <exception cref="MalformedImageException">It is no JSON object, or a member that is needed has the wrong type.</exception>
    public static ImageConfig Parse(ReadOnlyMemory<byte> utf8)
    {
        using var json = OciJson.Parse(utf8, "image config", OciLimits.ConfigBytes);
        var root = new StrictObject(json.RootElement, "image config", ["os", "architecture", "variant", "os.version", "rootfs", "config", "history"]);
        var rootfs = root.Optional("rootfs") is { } r ? new StrictObject(r, "rootfs", ["type", "diff_ids"]) : null;
        var config = root.Optional("config") is { } c ? new StrictObject(c, "config", ["Env", "Labels"]) : null;
        return new ImageConfig(
            new Platform(root.OptionalString("os") ?? "", root.OptionalString("architecture") ?? "", root.OptionalString("variant") is { Length: > 0 } v ? v : null),
            [.. (rootfs?.OptionalStrings("diff_ids") ?? []).Select(Digest.Parse)],
            config?.OptionalStrings("Env") ?? [],
            config?.OptionalStringMap("Labels") ?? Descriptor.EmptyAnnotations,
            [.. ReadHistory(root)]);
    }

    private static IEnumerable<string> ReadHistory(StrictObject root)
    {
        if (root.Optional("history") is not { ValueKind: JsonValueKind.Array } history) yield break;
        foreach (var entry in history.EnumerateArray())
        {
            var members = new StrictObject(entry, "history", ["created_by", "comment"]);
            if (members.OptionalString("created_by") is { } by) yield return by;
            if (members.OptionalString("comment") is { Length: > 0 } comment) yield return comment;
        }
    }
}
