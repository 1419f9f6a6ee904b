using Coffer.KeyBroker.Tests.Machines;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Replicas;

/// <summary>
/// Three brokers on one PostgreSQL, of which the clock of one is set by an hour: it releases nothing by what another began, takes nothing
/// from the others, tells that it is not fit to serve, and is as before once it is set right.
/// </summary>
public sealed class ClockReplicaTests : IAsyncLifetime
{
    private const string Path = "default/image-kek/one";
    private const string Policy = """{"name":"approved","resources":["default/**"],"effect":"allow","when":{"host":{"state":"approved"}}}""";
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly TempDirectory _folder = new();
    private readonly SteppedClock _clock = new(TimeSpan.Zero);
    private readonly TestAuthority _vendor = new();
    private readonly List<ServingBroker> _brokers = [];
    private string _store = "";

    private ServingBroker Stepped => _brokers[0];

    private ServingBroker Right => _brokers[1];

    private string AdminToken => Stepped.AdminToken;

    public async ValueTask InitializeAsync()
    {
        var cluster = await PostgresCluster.SharedAsync();
        _store = cluster.Address(await cluster.CreateDatabaseAsync());
        await StartAsync(_clock);
        await StartAsync(TimeProvider.System);
        await StartAsync(TimeProvider.System);
        (await AdminAsync(Right, "POST", "trust", _vendor.BundlePem)).ShouldBe(200);
        Assert.InRange((await AdminAsync(Right, "PUT", "policies/approved", Policy)).Status, 200, 201);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _brokers) await broker.DisposeAsync();
        _vendor.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_replica_whose_clock_is_set_by_an_hour_releases_nothing_by_what_others_began_and_takes_nothing_from_them(int hours)
    {
        var at = new Moving(Right);
        using var machine = await ApprovedAsync(at);
        var (cookie, nonce) = await machine.AuthAsync();
        var body = machine.Attestation(nonce);
        var token = (string)(await machine.AttestAsync(cookie, body)).ShouldBe(200).Json["token"]!;
        var (open, openNonce) = await machine.AuthAsync();
        var wraps = (string)(await AdminAsync(Right, "POST", "tokens", """{"can":["auditor"],"ttl":"30m"}""")).ShouldBe(201).Json["token"]!;

        _clock.Set(TimeSpan.FromHours(hours));

        at.Now = Stepped;
        (await machine.GetAsync(Path, token)).ShouldBeRefused(401, "TokenVerifierError");
        (await machine.GetAsync(Path, cookie: cookie)).ShouldBeRefused(401, "TokenVerifierError");
        (await machine.AttestAsync(cookie, body)).ShouldBe(401); // used
        (await machine.AttestAsync(open, machine.Attestation(openNonce))).ShouldBe(401);
        Assert.Equal(hours > 0 ? 401 : 200, (await Stepped.SendAsync("GET", "status", wraps)).Status); // 30 minutes have not passed, or have by its clock
        var (begun, begunNonce) = await machine.AuthAsync();
        await PutSomethingAsync(Stepped); // with a purge of what has expired by its clock, in time

        at.Now = Right;
        (await machine.AttestAsync(begun, machine.Attestation(begunNonce))).ShouldBe(401);
        (await machine.AttestAsync(open, machine.Attestation(openNonce))).ShouldBe(200);
        Assert.Equal(Key, machine.Open((await machine.GetAsync(Path, token)).ShouldBe(200)));
        Assert.Equal(Key, machine.Open((await machine.GetAsync(Path, cookie: cookie)).ShouldBe(200)));
        (await Right.SendAsync("GET", "status", wraps)).ShouldBe(200);

        _clock.Set(TimeSpan.Zero);
        at.Now = Stepped;
        Assert.Equal(Key, machine.Open((await machine.GetAsync(Path, token)).ShouldBe(200)));
        Assert.Equal(Key, machine.Open((await machine.GetAsync(Path, await machine.TokenAsync())).ShouldBe(200)));
        (await AdminAsync(Right, "GET", "audit/verify")).ShouldBe(200);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Token_keys_that_it_makes_meanwhile_cost_nobody_a_token(int hours)
    {
        var at = new Moving(Right);
        using var machine = await ApprovedAsync(at);
        at.Now = Right;
        var before = await machine.TokenAsync();

        _clock.Set(TimeSpan.FromHours(hours));
        (await AdminAsync(Stepped, "POST", "token-keys/rotate", "{}")).ShouldBe(200);
        var meanwhile = await machine.TokenAsync();
        (await AdminAsync(Right, "POST", "token-keys/rotate", "{}")).ShouldBe(200);
        _clock.Set(TimeSpan.Zero);

        foreach (var broker in _brokers)
        {
            at.Now = broker;
            foreach (var token in (string[])[before, meanwhile, await machine.TokenAsync()]) (await machine.GetAsync(Path, token)).ShouldBe(200);
        }
    }

    [Theory]
    [InlineData(1, "3600 s ahead of")]
    [InlineData(-1, "3600 s behind")]
    public async Task It_says_that_its_clock_was_set_and_that_it_is_not_ready(int hours, string said)
    {
        foreach (var broker in _brokers) (await broker.SendAsync("GET", "/readyz")).ShouldBe(200);

        _clock.Set(TimeSpan.FromHours(hours));

        await Until.TrueAsync(async () => (await Stepped.SendAsync("GET", "/readyz")).Status == 503); // what it found is kept for a second
        Assert.Equal(("failed", "ok"), await ChecksAsync(Stepped));
        Assert.Contains(Stepped.Lines, l => l.Contains("not-ready", StringComparison.Ordinal) && l.Contains(said, StringComparison.Ordinal));
        (await Right.SendAsync("GET", "/readyz")).ShouldBe(200);
        await Until.TrueAsync(() => Stepped.Lines.Any(l => l.Contains("clock-step", StringComparison.Ordinal)));
        Assert.DoesNotContain(Stepped.Lines, l => l.Contains("certificate-expiry", StringComparison.Ordinal));

        _clock.Set(TimeSpan.Zero);
        await Until.TrueAsync(async () => (await Stepped.SendAsync("GET", "/readyz")).Status == 200);
    }

    [Fact]
    public async Task One_that_starts_with_a_clock_that_is_an_hour_off_is_not_ready_either()
    {
        await StartAsync(new SteppedClock(TimeSpan.FromHours(-1)));

        var answer = (await _brokers[^1].SendAsync("GET", "/readyz")).ShouldBe(503);
        Assert.Equal(("failed", "ok"), ((string)answer.Json["checks"]!["clock"]!, (string)answer.Json["checks"]!["store"]!));
    }

    // Whatever the entries' times say, they are in the order in which they were put down, and chains go on.
    [Fact]
    public async Task The_audit_keeps_its_order_and_holds()
    {
        for (var i = 0; i < 3; i++)
        {
            _clock.Set(TimeSpan.FromHours(i - 1));
            await PutSomethingAsync(Stepped);
            await PutSomethingAsync(Right);
        }

        var entries = (await AdminAsync(Right, "GET", "audit?action=resource.put&most=100")).ShouldBe(200).Json.AsArray();
        foreach (var chain in entries.GroupBy(e => (string)e!["writer"]!))
        {
            var places = chain.Select(e => (long)e!["seq"]!).ToList();
            Assert.Equal(3, places.Count);
            Assert.Equal(places.Order(), places);
        }
        (await AdminAsync(Stepped, "GET", "audit/verify")).ShouldBe(200);
    }

    private async Task StartAsync(TimeProvider time)
    {
        var folder = _folder.Combine($"data-{_brokers.Count}");
        var settings = new BrokerSettings { DataFolder = folder, Store = _store, Listen = ["127.0.0.1:0"], RootKeyFile = _brokers.Count == 0 ? null : _folder.Combine("data-0", "root-key") };
        _brokers.Add(await ServingBroker.StartAsync(settings, time));
    }

    private Task<BrokerAnswer> AdminAsync(ServingBroker broker, string method, string path, string? body = null) => broker.SendAsync(method, path, AdminToken, body);

    private async Task PutSomethingAsync(ServingBroker broker) => (await AdminAsync(broker, "PUT", "resources/default/app/one", "x")).ShouldBe(200);

    private static async Task<(string Clock, string Store)> ChecksAsync(ServingBroker broker)
    {
        var checks = (await broker.SendAsync("GET", "/readyz")).Json["checks"]!;
        return ((string)checks["clock"]!, (string)checks["store"]!);
    }

    private async Task<FakeMachine> ApprovedAsync(Moving at)
    {
        var machine = new FakeMachine(at, _vendor);
        var host = (string)(await machine.EnrolAsync()).ShouldBe(200).Json["host"]!;
        (await AdminAsync(Right, "POST", $"hosts/{host}/approve")).ShouldBe(200);
        (await machine.SendAsync("POST", $"/kbs/v0/resource/{Path}", body: Key, token: AdminToken)).ShouldBe(200);
        return machine;
    }

    /// <summary>Whom a machine asks just now.</summary>
    private sealed class Moving(ServingBroker now) : IReachableBroker
    {
        public ServingBroker Now { get; set; } = now;

        public string Address => Now.Address;

        public HttpClient Client => Now.Client;

        public Task<BrokerAnswer> SendAsync(string method, string path, string? token = null, string? body = null) => Now.SendAsync(method, path, token, body);
    }
}
