using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Attestation;
using Coffer.KeyBroker.Documents;

namespace Coffer.KeyBroker.Hosts;

/// <summary>The forms of a host: as it is stored, as operators see it, and as policies do.</summary>
internal static class HostDocument
{
    public static byte[] Write(Host host) => StoredDocument.Write(new JsonObject
    {
        ["id"] = host.Id,
        ["state"] = Word(host.State),
        ["labels"] = JsonText.Texts(host.Labels),
        ["name"] = host.Name,
        ["host_uuid"] = host.HostUuid,
        ["ak"] = new JsonObject { ["name"] = host.Ak.Name, ["public"] = Convert.ToBase64String(host.Ak.Public.Span) },
        ["ek"] = Ek(host.Ek),
        ["pcrs"] = host.Pcrs.DeepClone(),
        ["baseline"] = host.Baseline?.DeepClone(),
        ["counters"] = CountersDocument.Write(host.Counters),
        ["created"] = StoredDocument.Time(host.Created),
        ["changed"] = StoredDocument.Time(host.Changed),
        ["seen"] = StoredDocument.Time(host.Seen),
    });

    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: not a host.</exception>
    public static Host Read(ReadOnlySpan<byte> value) => StoredDocument.Read("host", value, d => new Host(
        (string)d["id"]!,
        StateOf((string)d["state"]!),
        new HostAk((string)d["ak"]!["name"]!, Convert.FromBase64String((string)d["ak"]!["public"]!)),
        new HostEk((string)d["ek"]!["sha256"]!, (string?)d["ek"]!["issuer"]),
        CountersDocument.Read(d["counters"]!),
        StoredDocument.Time(d["created"]))
    {
        Labels = StoredDocument.Texts(d["labels"]),
        Name = (string?)d["name"],
        HostUuid = (string?)d["host_uuid"],
        Pcrs = d["pcrs"]!.DeepClone().AsObject(),
        Baseline = d["baseline"]?.DeepClone().AsObject(),
        Changed = StoredDocument.Time(d["changed"]),
        Seen = StoredDocument.Time(d["seen"]),
    });

    /// <summary>For operators.</summary>
    public static JsonObject Show(Host host) => new()
    {
        ["id"] = host.Id,
        ["state"] = Word(host.State),
        ["labels"] = JsonText.Texts(host.Labels),
        ["name"] = host.Name,
        ["host_uuid"] = host.HostUuid,
        ["ak"] = new JsonObject { ["name"] = host.Ak.Name },
        ["ek"] = Ek(host.Ek),
        ["pcrs"] = host.Pcrs.DeepClone(),
        ["baseline"] = host.Baseline?.DeepClone(),
        ["counters"] = CountersDocument.Write(host.Counters),
        ["created"] = Shown(host.Created),
        ["changed"] = Shown(host.Changed),
        ["seen"] = Shown(host.Seen),
    };

    /// <summary>The claim <c>host</c>.</summary>
    public static JsonObject Claim(Host host)
    {
        var claim = new JsonObject { ["id"] = host.Id, ["state"] = Word(host.State), ["labels"] = HostLabel.Claim(host.Labels) };
        if (host.Baseline is { } baseline) claim["baseline"] = baseline.DeepClone();
        return claim;
    }

    public static string Word(HostState state) => state switch
    {
        HostState.Pending => "pending",
        HostState.Approved => "approved",
        HostState.Revoked => "revoked",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static HostState StateOf(string word) => word switch
    {
        "pending" => HostState.Pending,
        "approved" => HostState.Approved,
        "revoked" => HostState.Revoked,
        _ => throw new FormatException($"no state {word}"),
    };

    private static JsonObject Ek(HostEk ek) => new() { ["sha256"] = ek.Fingerprint, ["issuer"] = ek.Issuer };

    private static string Shown(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
