using Coffer.KeyBroker.Health;
using Coffer.KeyBroker.Storage.Sqlite;
using Coffer.KeyBroker.Tests.Running;
using Coffer.KeyBroker.Tls;

namespace Coffer.KeyBroker.Tests.Seen;

/// <summary>Whether the broker says that it can do its work, and only then.</summary>
public sealed class ReadyTests
{
    [Fact]
    public async Task Ready_names_every_check()
    {
        await using var broker = await StartAsync(new Log());

        var answer = (await broker.SendAsync("GET", "/readyz")).ShouldBe(200);
        Assert.True((bool)answer.Json["ready"]!);
        Assert.Equal(["clock", "root_key", "store"], answer.Json["checks"]!.AsObject().Select(c => c.Key).Order(StringComparer.Ordinal));
        Assert.All(answer.Json["checks"]!.AsObject(), c => Assert.Equal("ok", (string)c.Value!));
        (await broker.SendAsync("POST", "/readyz")).ShouldBe(404);
        (await broker.SendAsync("GET", "/readyz/store")).ShouldBe(404);
    }

    [Fact]
    public async Task A_full_disk_is_not_ready_but_alive_and_ready_again_once_there_is_room()
    {
        var log = new Log();
        await using var broker = await StartAsync(log);
        var store = (SqliteStore)broker.Parts.Store;
        (await broker.SendAsync("GET", "/readyz")).ShouldBe(200);
        store.LimitPages(1);
        await FillAsync(broker);
        broker.Clock.Advance(TimeSpan.FromSeconds(2));

        var answer = (await broker.SendAsync("GET", "/readyz")).ShouldBe(503);
        Assert.Equal(("failed", "ok"), ((string)answer.Json["checks"]!["store"]!, (string)answer.Json["checks"]!["root_key"]!));
        Assert.DoesNotContain("broker.db", answer.Body, StringComparison.Ordinal); // what exactly is wrong is the operator's to know
        Assert.Contains(log.Lines, l => l.StartsWith("store ", StringComparison.Ordinal) && l.Contains("broker.db", StringComparison.Ordinal));
        (await broker.SendAsync("GET", "/healthz")).ShouldBe(204);

        store.LimitPages(100_000);
        broker.Clock.Advance(TimeSpan.FromSeconds(2));
        (await broker.SendAsync("GET", "/readyz")).ShouldBe(200);
        Assert.Equal("store ", log.Lines[^1]);
    }

    [Fact]
    public async Task Many_who_ask_at_once_cause_one_look()
    {
        var looks = 0;
        using var readiness = new Readiness([new("slow", async _ => { Interlocked.Increment(ref looks); await Task.Yield(); })], (_, _) => { }, TimeProvider.System);

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => readiness.AskAsync(TestContext.Current.CancellationToken)));

        Assert.Equal(1, looks);
    }

    [Fact]
    public async Task A_clock_at_which_the_own_certificate_does_not_hold_is_not_ready()
    {
        await using var fixture = new BrokerFixture();
        var parts = new BrokerParts(fixture.Store, fixture.RootKey, null!, null!, fixture.Clock);
        using var authority = CertificateAuthority.Make(fixture.Clock.GetUtcNow());
        var identity = new FixedIdentity(authority.IssueServer(["localhost"], fixture.Clock.GetUtcNow()));
        using var readiness = new Readiness(BrokerChecks.Of(parts, identity), (_, _) => { }, fixture.Clock);
        Assert.True((await readiness.AskAsync(TestContext.Current.CancellationToken)).IsReady);

        fixture.Clock.Set(TimeSpan.FromDays(-100));
        fixture.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("begins at", (await readiness.AskAsync(TestContext.Current.CancellationToken)).Problems["clock"], StringComparison.Ordinal);

        fixture.Clock.Set(TimeSpan.FromDays(200));
        fixture.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("ended at", (await readiness.AskAsync(TestContext.Current.CancellationToken)).Problems["clock"], StringComparison.Ordinal);
    }

    private static async Task<RunningBroker> StartAsync(Log log) => await RunningBroker.StartAsync(
        parts => [new ReadyFront(new Readiness(BrokerChecks.Of(parts, null), (check, problem) => log.Lines.Add($"{check} {problem}"), parts.Time))], new BrokerRules());

    // The limit is of pages: what is free within them has to be used up first, the last page too.
    private static async Task FillAsync(RunningBroker broker)
    {
        await FillAsync(broker, 20_000);
        await FillAsync(broker, 100);
    }

    private static async Task FillAsync(RunningBroker broker, int bytes)
    {
        for (var i = 0; i < 200; i++)
        {
            var status = (await broker.AdminAsync("PUT", $"resources/default/fill{bytes}/n{i}", new string('x', bytes))).Status;
            while (broker.Faults.TryDequeue(out _)) { }
            if (status == 503) return;
        }
        Assert.Fail("the store never filled up");
    }

    private sealed class Log
    {
        public List<string> Lines { get; } = [];
    }

    private sealed class FixedIdentity(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate) : IServerIdentity
    {
        public System.Security.Cryptography.X509Certificates.X509Certificate2 Certificate => certificate;

        public System.Net.Security.SslServerAuthenticationOptions Options() => throw new NotSupportedException();
    }
}
