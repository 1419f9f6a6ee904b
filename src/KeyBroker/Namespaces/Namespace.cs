using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;

namespace Coffer.KeyBroker.Namespaces;

/// <summary>A team's part of the paths: whose it is, and how much may stand there.</summary>
/// <param name="Prefix">From <see cref="NamespacePrefix"/>, such as <c>team-a</c> or <c>team-a/db</c>.</param>
/// <param name="Owners">Callers, as the audit names them, who are key owners of everything below.</param>
/// <param name="Quota">The bounds.</param>
/// <param name="Created">When it was made.</param>
internal sealed record Namespace(string Prefix, IReadOnlyList<string> Owners, NamespaceQuota Quota, DateTimeOffset Created)
{
    /// <summary>What its maker says of it; null for nothing.</summary>
    public string? Description { get; init; }

    /// <summary>What the owners reach.</summary>
    public string Glob => $"{Prefix}/**";

    public byte[] ToBytes() => StoredDocument.Write(Show());

    public static Namespace FromBytes(string prefix, ReadOnlySpan<byte> value) => StoredDocument.Read("namespace", value, d => new Namespace(
        prefix, [.. d["owners"]!.AsArray().Select(o => (string)o!)],
        new NamespaceQuota((int?)d["max_resources"], (long?)d["max_bytes"], (int?)d["max_policies"], (int?)d["max_hosts"]), StoredDocument.Time(d["created"]))
    {
        Description = (string?)d["description"],
    });

    /// <summary>What operators and owners see.</summary>
    public JsonObject Show() => new()
    {
        ["prefix"] = Prefix,
        ["owners"] = JsonText.Texts(Owners),
        ["max_resources"] = Quota.Resources,
        ["max_bytes"] = Quota.Bytes,
        ["max_policies"] = Quota.Policies,
        ["max_hosts"] = Quota.Hosts,
        ["description"] = Description,
        ["created"] = StoredDocument.Time(Created),
    };
}
