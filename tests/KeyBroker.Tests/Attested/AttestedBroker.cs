using System.Text.Json.Nodes;
using Coffer.Attestation;
using Coffer.Attestation.Sample;
using Coffer.Attestation.Tpm.Verification;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Kbs;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.KeyBroker.Tests.Running;

namespace Coffer.KeyBroker.Tests.Attested;

/// <summary>A broker that serves the protocol, a TPM vendor that it trusts, and policies that a test sets.</summary>
internal sealed class AttestedBroker : IAsyncDisposable
{
    public const string Path = "default/image-kek/one";

    public static readonly byte[] Secret = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32];

    private AttestedBroker(RunningBroker broker, SetPolicies policies) => (Broker, Policies) = (broker, policies);

    public RunningBroker Broker { get; }

    public SetPolicies Policies { get; }

    public TestAuthority Vendor { get; } = new();

    public static async Task<AttestedBroker> StartAsync(BrokerRules? rules = null, TimeSpan ahead = default)
    {
        var policies = new SetPolicies();
        IVerifier[] verifiers = [new TpmVerifier(), new SampleVerifier()];
        var made = new AttestedBroker(await RunningBroker.StartAsync(parts => KbsFronts.Of(parts, policies, verifiers), rules ?? new BrokerRules(), ahead), policies);
        (await made.Broker.AdminAsync("POST", "trust", made.Vendor.BundlePem)).ShouldBe(200);
        await made.PutSecretAsync();
        return made;
    }

    public async Task PutSecretAsync(string path = Path)
    {
        using var machine = new FakeMachine(Broker);
        (await machine.SendAsync("POST", $"/kbs/v0/resource/{path}", body: Secret, token: Broker.AdminToken)).ShouldBe(200);
    }

    public FakeMachine Machine() => new(Broker, Vendor);

    /// <summary>A machine that is enrolled and approved, and its host's id.</summary>
    public async Task<(FakeMachine Machine, string Host)> ApprovedAsync()
    {
        var machine = Machine();
        var host = (string)(await machine.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await Broker.AdminAsync("POST", $"hosts/{host}/approve")).ShouldBe(200);
        return (machine, host);
    }

    /// <summary>The one entry of a request.</summary>
    public AuditEvent Entry(string? requestId) => Assert.Single(Broker.Audit.Entries, e => e.RequestId == requestId);

    /// <summary>That a request was refused with that reason in the audit.</summary>
    public void ShouldHaveRefused(string? requestId, string reason)
    {
        var entry = Entry(requestId);
        Assert.NotEqual(AuditOutcome.Allowed, entry.Outcome);
        Assert.Contains(reason, entry.Reason, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        Vendor.Dispose();
        await Broker.DisposeAsync();
        Assert.Empty(Broker.Faults);
    }
}

/// <summary>A policy as code, so that these tests are about what the broker asks and does, not about policies.</summary>
internal sealed class SetPolicies : IPolicyDecisions
{
    /// <summary>The reason of a denial, or null; says yes to a machine whose PCRs are its baseline and whose binding key is certified.</summary>
    public Func<string, JsonObject, string?> Judge { get; set; } = (path, claims) =>
        !path.StartsWith("default/", StringComparison.Ordinal) ? "no policy matches"
        : (string?)claims["host"]?["state"] != "approved" ? "the host is not approved"
        : claims["tpm"]?["binding_key"] is null ? "no binding key"
        : !JsonNode.DeepEquals(claims["tpm"]!["pcrs"]!["sha256"], claims["host"]?["baseline"]?["sha256"]) ? "PCRs are not the baseline's"
        : null;

    public ValueTask<Decision> DecideAsync(IStoreReader store, string resourcePath, JsonObject claims)
    {
        var denied = Judge(resourcePath, claims);
        return ValueTask.FromResult(new Decision(denied is null, ["test@1"], denied ?? "test@1 allows it", new JsonObject { ["claims"] = claims.DeepClone() }));
    }
}
