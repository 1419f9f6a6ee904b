using System.Text;
using System.Text.Json.Nodes;
using Coffer.Attestation.Tpm.Verification;
using Coffer.KeyBroker.Kbs;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Tests.Attested;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Trials;

/// <summary>A broker with real policies, an approved machine, and a secret for it.</summary>
internal sealed class TriedBroker : IAsyncDisposable
{
    private TriedBroker(RunningBroker broker, FakeMachine machine, string host) => (Broker, Machine, Host) = (broker, machine, host);

    public RunningBroker Broker { get; }

    public FakeMachine Machine { get; }

    public string Host { get; }

    public static async Task<TriedBroker> StartAsync()
    {
        var broker = await RunningBroker.StartAsync(parts => KbsFronts.Of(parts, new PolicyDecisions(parts.Time), [new TpmVerifier()]), new BrokerRules());
        using var vendor = new TestAuthority();
        (await broker.AdminAsync("POST", "trust", vendor.BundlePem)).ShouldBe(200);
        var machine = new FakeMachine(broker, vendor);
        (await machine.SendAsync("POST", $"/kbs/v0/resource/{AttestedBroker.Path}", body: AttestedBroker.Secret, token: broker.AdminToken)).ShouldBe(200);
        var host = (string)(await machine.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await broker.AdminAsync("POST", $"hosts/{host}/approve")).ShouldBe(200);
        return new TriedBroker(broker, machine, host);
    }

    public async Task PutAsync(string policy) => (await Broker.AdminAsync("PUT", $"policies/{(string)JsonNode.Parse(policy)!["name"]!}", policy)).ShouldBe(200);

    /// <summary>Asks for the secret, and answers the request's id.</summary>
    public async Task<string> AskAsync(int status, string? token = null) => (await Machine.GetAsync(AttestedBroker.Path, token ?? await Machine.TokenAsync())).ShouldBe(status).RequestId;

    public JsonObject Evidence() => JsonNode.Parse(Encoding.UTF8.GetString(Machine.Attestation("a nonce")))!.AsObject();

    public Task<BrokerAnswer> TryAsync(JsonObject body) => Broker.AdminAsync("POST", "policy-trials", body.ToJsonString());

    public static JsonObject Policy(string name, string effect, string when, string resources = "default/**") =>
        JsonNode.Parse($$"""{"name":"{{name}}","resources":["{{resources}}"],"effect":"{{effect}}","when":{{when}}}""")!.AsObject();

    public async ValueTask DisposeAsync()
    {
        Machine.Dispose();
        await Broker.DisposeAsync();
        Assert.Empty(Broker.Faults);
    }
}
