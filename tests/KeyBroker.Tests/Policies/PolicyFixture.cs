using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.References;

namespace Coffer.KeyBroker.Tests.Policies;

/// <summary>A broker's store in which policies decide, and the claims of a node that is as it should be.</summary>
internal sealed class PolicyFixture : IAsyncDisposable
{
    private readonly BrokerFixture _broker = new();
    private readonly PolicyDecisions _decisions;

    public PolicyFixture() => _decisions = new PolicyDecisions(_broker.Clock);

    public BrokerFixture Broker => _broker;

    public static IReadOnlyList<int> BootRegisters { get; } = [.. Enumerable.Range(0, 10), .. Enumerable.Range(11, 5)];

    /// <summary>An approved node whose PCRs are those of its baseline.</summary>
    public static JsonObject Node()
    {
        var (pcrs, baseline) = (new JsonObject(), new JsonObject());
        for (var i = 0; i < 24; i++)
        {
            pcrs[i.ToString(CultureInfo.InvariantCulture)] = Pcr(i);
            baseline[i.ToString(CultureInfo.InvariantCulture)] = Pcr(i);
        }
        return new JsonObject
        {
            ["tee"] = "tpm",
            ["tpm"] = new JsonObject
            {
                ["pcrs"] = new JsonObject { ["sha256"] = pcrs },
                ["binding_key"] = new JsonObject { ["certified"] = true, ["pcr_bound"] = true, ["pcrs"] = new JsonArray([.. BootRegisters.Select(r => (JsonNode?)JsonValue.Create(r))]) },
                ["event_log"] = new JsonObject { ["replayed"] = true },
                ["boot"] = new JsonObject { ["secure_boot"] = true, ["applications"] = new JsonArray(Pcr(50)), ["kernel"] = new JsonArray(Pcr(40), Pcr(41)), ["command_line"] = new JsonArray("quiet") },
            },
            ["host"] = new JsonObject
            {
                ["id"] = "host-1",
                ["state"] = "approved",
                ["labels"] = new JsonObject { ["team"] = "a", ["zone"] = "eu-1", ["example.com/rack"] = "7" },
                ["baseline"] = new JsonObject { ["sha256"] = baseline },
            },
        };
    }

    public static string Pcr(int i) => string.Concat(Enumerable.Repeat(i.ToString("x2", CultureInfo.InvariantCulture), 32));

    public Task PutExampleAsync(string name) => PutAsync(name, PolicyExamples.Read(name));

    public Task PutAsync(string name, string document) => _broker.WriteAsync(async w => await PolicyShelf.PutAsync(w, name, Encoding.UTF8.GetBytes(document), _broker.Clock.GetUtcNow(), "token-1"));

    public Task PutAsync(string name, string effect, string when) =>
        PutAsync(name, $$"""{"name":"{{name}}","resources":["**"],"effect":"{{effect}}","when":{{when}}}""");

    public Task PutReferenceAsync(string name, string document) => _broker.WriteAsync(async w => await ReferenceShelf.PutAsync(w, name, Encoding.UTF8.GetBytes(document)));

    public Task<Decision> DecideAsync(JsonObject claims, string path = "default/image-kek/1") => _broker.ReadAsync(r => _decisions.DecideAsync(r, path, claims));

    /// <summary>What a condition comes to: that it holds, that it does not, or null.</summary>
    public async Task<bool?> HoldsAsync(string when, JsonObject? claims = null)
    {
        await PutAsync("only", "allow", when);
        var decision = await DecideAsync(claims ?? Node());
        var policy = decision.Explanation["policies"]![0]!;
        Assert.Equal(decision.Allowed, (bool?)policy["holds"] == true);
        return (bool?)policy["holds"];
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();
}
