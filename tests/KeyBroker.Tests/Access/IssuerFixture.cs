using System.Text.Json.Nodes;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Access;

/// <summary>A broker that lets the tokens of a loopback issuer in.</summary>
internal sealed class IssuerFixture : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();

    private IssuerFixture(RunningBroker broker, LoopbackIssuer issuer) => (Broker, Issuer) = (broker, issuer);

    public RunningBroker Broker { get; }

    public LoopbackIssuer Issuer { get; }

    public static async Task<IssuerFixture> StartAsync()
    {
        var fixture = new IssuerFixture(await RunningBroker.StartAsync(), await LoopbackIssuer.StartAsync());
        fixture._folder.Write("issuer-ca.pem", fixture.Issuer.AuthorityPem);
        await fixture.LoadAsync(fixture.Rules());
        return fixture;
    }

    /// <summary>The rules as a document, to be changed by a test.</summary>
    public JsonObject Rules() => new()
    {
        ["issuers"] = new JsonArray(new JsonObject
        {
            ["name"] = "ops", ["issuer"] = Issuer.Identifier, ["audience"] = "coffer", ["ca"] = "issuer-ca.pem", ["algorithms"] = new JsonArray("ES256", "RS256"),
            ["grants"] = new JsonArray(
                new JsonObject { ["match"] = new JsonObject { ["/realm_access/roles"] = "coffer-admin" }, ["role"] = "admin" },
                new JsonObject { ["match"] = new JsonObject { ["groups"] = new JsonArray("team-a", "team-a-lead") }, ["role"] = "key-owner", ["paths"] = "team-a/**" }),
        }),
    };

    public string Write(string name, string content) => _folder.Write(name, content);

    public Task LoadAsync(JsonObject rules) => Broker.Parts.Identities.LoadAsync(_folder.Write("access.json", rules.ToJsonString()), TestContext.Current.CancellationToken);

    /// <summary>Claims of a token for the team, good for five minutes by the broker's clock.</summary>
    public JsonObject Claims(params string[] groups) => new()
    {
        ["iss"] = Issuer.Identifier, ["aud"] = "coffer", ["sub"] = "alice", ["iat"] = At(0), ["exp"] = At(300), ["groups"] = new JsonArray([.. groups.Select(g => (JsonNode?)g)]),
    };

    /// <summary>So many seconds from the broker's now on, as a NumericDate.</summary>
    public long At(int seconds) => Broker.Clock.GetUtcNow().ToUnixTimeSeconds() + seconds;

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        await Issuer.DisposeAsync();
        _folder.Dispose();
    }
}
