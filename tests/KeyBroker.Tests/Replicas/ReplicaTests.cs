using System.Globalization;
using Coffer.KeyBroker.Tests.Machines;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Replicas;

/// <summary>Three broker processes on one PostgreSQL: any of them serves any step, and of those that race one wins.</summary>
public sealed class ReplicaTests : IAsyncLifetime
{
    private const string Path = "default/image-kek/one";
    private const string Policy = """{"name":"approved","resources":["default/**"],"effect":"allow","when":{"host":{"state":"approved"}}}""";
    private const string Auth = """{"version":"0.4.0","tee":"tpm","extra-params":""}""";
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly TestAuthority _vendor = new();
    private ReplicaSet _set = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _set = await ReplicaSet.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _vendor.Dispose();
        if (_set is not null) await _set.DisposeAsync();
    }

    [Fact]
    public async Task Every_step_of_a_machine_goes_to_another_replica()
    {
        using var machine = await ApprovedAsync();
        for (var round = 0; round < 4; round++) // four steps each, three replicas: each step meets each replica
        {
            var (cookie, nonce) = await machine.AuthAsync();
            var token = (string)(await machine.AttestAsync(cookie, machine.Attestation(nonce))).ShouldBe(200).Json["token"]!;
            Assert.Equal(Key, machine.Open((await machine.GetAsync(Path, token)).ShouldBe(200)));
            Assert.Equal(Key, machine.Open((await machine.GetAsync(Path, cookie: cookie)).ShouldBe(200)));
        }

        Assert.Single(_set.Processes.Select(p => File.ReadAllText(p.CaFile)).Distinct());
        Assert.Single(_set.Processes, p => File.Exists(System.IO.Path.Combine(p.Data, "admin-token")));
        Assert.Equal(3, _set.Processes.Select(p => File.ReadAllText(System.IO.Path.Combine(p.Data, "audit-writer"))).Distinct().Count());
        (await _set.AdminAsync("GET", "audit/verify")).ShouldBe(200);
        Assert.Equal("3", await _set.Cluster.QueryAsync(_set.Database, "SELECT count(*) FROM coffer.records WHERE collection = 'audit-heads'"));
    }

    [Fact]
    public async Task What_an_administrator_changes_at_one_counts_at_the_others_at_once()
    {
        using var machine = await ApprovedAsync();
        var token = await machine.TokenAsync();
        var (first, second, third) = (new OneReplica(_set, 0), new OneReplica(_set, 1), new OneReplica(_set, 2));

        (await first.SendAsync("DELETE", "policies/approved", _set.AdminToken)).ShouldBe(204);
        foreach (var replica in new[] { second, third })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{replica.Address}/kbs/v0/resource/{Path}");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
            using var response = await _set.Client.SendAsync(request, Token);
            Assert.Equal(403, (int)response.StatusCode);
        }
        var made = (await second.SendAsync("POST", "tokens", _set.AdminToken, """{"can":["audit"]}""")).ShouldBe(201);
        var auditor = (string)made.Json["token"]!;
        (await third.SendAsync("GET", "status", auditor)).ShouldBe(200);
        (await first.SendAsync("DELETE", $"tokens/{(string)made.Json["id"]!}", _set.AdminToken)).ShouldBe(204);
        (await third.SendAsync("GET", "status", auditor)).ShouldBe(401);
    }

    [Fact]
    public async Task Of_three_replicas_that_race_for_one_nonce_one_wins()
    {
        using var machine = await ApprovedAsync();
        for (var round = 0; round < 10; round++)
        {
            var (cookie, nonce) = await machine.AuthAsync();
            var body = machine.Attestation(nonce);

            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => machine.AttestAsync(cookie, body)));

            Assert.Equal([200, 401, 401, 401, 401, 401], answers.Select(a => a.Status).Order());
        }
    }

    [Fact]
    public async Task Of_three_replicas_that_race_for_one_rotation_one_wins_and_all_know_the_key()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _set.AdminAsync("POST", "token-keys/rotate", "{}")));

        Assert.Equal([200, 409, 409, 409, 409, 409], answers.Select(a => a.Status).Order());
        var next = (string)answers.Single(a => a.Status == 200).Json["id"]!;
        foreach (var process in _set.Processes)
        {
            var list = (await _set.RunAsync(process, "token-key", "list")).ShouldSucceed().Output;
            Assert.Equal(3, list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            Assert.Contains($"{next}  next", list, StringComparison.Ordinal);
            Assert.Contains("signing", list, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_revoked_key_ends_its_tokens_everywhere_and_machines_attest_again()
    {
        using var machine = await ApprovedAsync();
        var old = await machine.TokenAsync();
        (await _set.AdminAsync("POST", "token-keys/revoke", "{}")).ShouldBe(200);

        // Others look every ten seconds, and whoever lists the keys makes them look.
        foreach (var process in _set.Processes) Assert.Equal(2, (await _set.RunAsync(process, "token-key", "list")).ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        for (var i = 0; i < 3; i++) (await machine.GetAsync(Path, old)).ShouldBeRefused(401, "TokenVerifierError");
        (await machine.GetAsync(Path, await machine.TokenAsync())).ShouldBe(200);
    }

    // It may stand still while it holds a transaction open; the server ends that after ten seconds.
    [Fact]
    public async Task A_replica_that_stands_still_holds_nobody_up_and_goes_on_when_it_is_woken()
    {
        using var machine = await ApprovedAsync();
        var others = new[] { new OneReplica(_set, 0), new OneReplica(_set, 2) };
        using var stop = new CancellationTokenSource();
        var load = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested) await _set.SendAsync("POST", "/kbs/v0/auth", body: Auth);
            },
            Token);
        await _set.Processes[1].SignalAsync("STOP");
        await stop.CancelAsync();

        for (var i = 0; i < 20; i++) (await others[i % 2].SendAsync("POST", "/kbs/v0/auth", body: Auth)).ShouldBe(200);

        await _set.Processes[1].SignalAsync("CONT");
        await load.WaitAsync(TimeSpan.FromSeconds(60), Token);
        (await new OneReplica(_set, 1).SendAsync("POST", "/kbs/v0/auth", body: Auth)).ShouldBe(200);
        (await _set.AdminAsync("GET", "audit/verify")).ShouldBe(200);
    }

    [Fact]
    public async Task A_second_root_key_is_refused()
    {
        using var folder = new TempDirectory();

        var refused = await CofferBinary.RunAsync(new ToolOptions(), ["broker", "init", "--data", folder.Combine("d"), "--store", _set.Cluster.Address(_set.Database)]);

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("--root-key", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Combine("d", "root-key")));
    }

    private async Task<FakeMachine> ApprovedAsync()
    {
        (await _set.AdminAsync("POST", "trust", _vendor.BundlePem)).ShouldBe(200);
        Assert.InRange((await _set.AdminAsync("PUT", "policies/approved", Policy)).Status, 200, 201);
        var machine = new FakeMachine(_set, _vendor);
        var host = (string)(await machine.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await _set.AdminAsync("POST", string.Create(CultureInfo.InvariantCulture, $"hosts/{host}/approve"))).ShouldBe(200);
        (await machine.SendAsync("POST", $"/kbs/v0/resource/{Path}", body: Key, token: _set.AdminToken)).ShouldBe(200);
        return machine;
    }
}
