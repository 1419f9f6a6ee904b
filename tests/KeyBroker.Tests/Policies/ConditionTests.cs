using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Tests.Policies;

public sealed class ConditionTests : IAsyncDisposable
{
    private readonly PolicyFixture _policies = new();

    public ValueTask DisposeAsync() => _policies.DisposeAsync();

    [Theory]
    [InlineData("""{"claim":"t","equals":"text"}""", true)]
    [InlineData("""{"claim":"t","equals":"Text"}""", false)]
    [InlineData("""{"claim":"n","equals":3}""", true)]
    [InlineData("""{"claim":"n","equals":3.0}""", true)]
    [InlineData("""{"claim":"n","equals":"3"}""", false)]
    [InlineData("""{"claim":"b","equals":true}""", true)]
    [InlineData("""{"claim":"b","equals":false}""", false)]
    [InlineData("""{"claim":"l","equals":1}""", false)]
    [InlineData("""{"claim":"absent","equals":1}""", null)]
    [InlineData("""{"claim":"null","equals":1}""", null)]
    [InlineData("""{"claim":"t.deeper","equals":1}""", null)]
    [InlineData("""{"claim":"o.in.ner","equals":"x"}""", true)]
    [InlineData("""{"claim":"t","in":["a","text"]}""", true)]
    [InlineData("""{"claim":"t","in":["a"]}""", false)]
    [InlineData("""{"claim":"l","contains":[1,3]}""", true)]
    [InlineData("""{"claim":"l","contains":2}""", true)]
    [InlineData("""{"claim":"l","contains":[1,4]}""", false)]
    [InlineData("""{"claim":"l","contains":"1"}""", false)]
    [InlineData("""{"claim":"e","contains":1}""", false)]
    [InlineData("""{"claim":"t","contains":"t"}""", null)]
    [InlineData("""{"claim":"t","exists":true}""", true)]
    [InlineData("""{"claim":"t","exists":false}""", false)]
    [InlineData("""{"claim":"absent","exists":false}""", true)]
    [InlineData("""{"claim":"null","exists":true}""", false)]
    [InlineData("""{"claim":"t","matches":"t.x?t"}""", true)]
    [InlineData("""{"claim":"t","matches":"te(xt|st)"}""", true)]
    [InlineData("""{"claim":"t","matches":"tex"}""", false)]
    [InlineData("""{"claim":"t","matches":"x|text"}""", true)]
    [InlineData("""{"claim":"line","matches":"one"}""", false)]
    [InlineData("""{"claim":"n","matches":"3"}""", null)]
    [InlineData("""{"claim":"long","matches":"x*"}""", null)]
    [InlineData("""{"claim":"v","at_least":"2.9"}""", true)]
    [InlineData("""{"claim":"v","at_least":"2.10.0-1"}""", true)]
    [InlineData("""{"claim":"v","at_least":"2.10.1"}""", false)]
    [InlineData("""{"claim":"v","at_least":3}""", false)]
    [InlineData("""{"claim":"n","at_least":3}""", true)]
    [InlineData("""{"claim":"n","at_least":"3.1"}""", false)]
    [InlineData("""{"claim":"t","at_least":"1"}""", null)]
    public async Task A_claim_is_held_to_its_test(string when, bool? holds)
    {
        var claims = new JsonObject
        {
            ["t"] = "text",
            ["n"] = 3,
            ["b"] = true,
            ["l"] = new JsonArray(1, 2, 3),
            ["e"] = new JsonArray(),
            ["o"] = new JsonObject { ["in"] = new JsonObject { ["ner"] = "x" } },
            ["v"] = "2.10.0-1",
            ["line"] = "one\n",
            ["null"] = null,
            ["long"] = new string('x', 5000),
        };

        Assert.Equal(holds, await _policies.HoldsAsync(when, claims));
    }

    [Theory]
    [InlineData("""{"all":[Y,Y]}""", true)]
    [InlineData("""{"all":[Y,U]}""", null)]
    [InlineData("""{"all":[U,N]}""", false)]
    [InlineData("""{"any":[N,N]}""", false)]
    [InlineData("""{"any":[N,U]}""", null)]
    [InlineData("""{"any":[U,Y]}""", true)]
    [InlineData("""{"not":Y}""", false)]
    [InlineData("""{"not":N}""", true)]
    [InlineData("""{"not":U}""", null)]
    [InlineData("""{"not":{"not":{"any":[U,N]}}}""", null)]
    public async Task What_cannot_be_said_stays_so_through_all_any_and_not(string when, bool? holds) => Assert.Equal(holds, await _policies.HoldsAsync(when
        .Replace("Y", """{"tee":"tpm"}""", StringComparison.Ordinal)
        .Replace("N", """{"tee":"snp"}""", StringComparison.Ordinal)
        .Replace("U", """{"claim":"no.such","equals":1}""", StringComparison.Ordinal)));

    [Theory]
    [InlineData("""{"host":{"state":"approved"}}""", true)]
    [InlineData("""{"host":{"state":["pending","revoked"]}}""", false)]
    [InlineData("""{"host":{"labels":{"team":"a","zone":["eu-2","eu-1"]}}}""", true)]
    [InlineData("""{"host":{"labels":{"example.com/rack":"7"}}}""", true)]
    [InlineData("""{"host":{"state":"approved","labels":{"team":"b"}}}""", false)]
    [InlineData("""{"host":{"labels":{"absent":"b"}}}""", null)]
    [InlineData("""{"tee":["snp","tpm"]}""", true)]
    public async Task Hosts_are_known_by_state_and_labels(string when, bool? holds) => Assert.Equal(holds, await _policies.HoldsAsync(when));

    [Fact]
    public async Task Without_an_enrolled_host_nothing_is_said_of_it()
    {
        var claims = PolicyFixture.Node();
        claims.Remove("host");

        Assert.Null(await _policies.HoldsAsync("""{"host":{"state":"approved"}}""", claims));
        Assert.Null(await _policies.HoldsAsync("""{"not":{"host":{"state":"revoked"}}}""", claims));
        Assert.Null(await _policies.HoldsAsync("""{"pcrs":{"bank":"sha256","registers":[0],"equal":"baseline"}}""", claims));
    }

    // The clock stands at 2026-01-02T03:04:05Z, a Friday.
    [Theory]
    [InlineData("""{"from":"2026-01-02T03:04:05Z"}""", true)]
    [InlineData("""{"from":"2026-01-02T03:04:06Z"}""", false)]
    [InlineData("""{"until":"2026-01-02T03:04:05Z"}""", false)]
    [InlineData("""{"until":"2026-01-02T05:04:07+02:00"}""", true)]
    [InlineData("""{"days":["fri","sat"]}""", true)]
    [InlineData("""{"days":"thu"}""", false)]
    [InlineData("""{"hours":"03:00-03:05"}""", true)]
    [InlineData("""{"hours":"03:05-04:00"}""", false)]
    [InlineData("""{"hours":"22:00-04:00"}""", true)]
    [InlineData("""{"hours":"22:00-03:00"}""", false)]
    [InlineData("""{"hours":"22:00-04:00","days":"sat"}""", false)]
    public async Task A_window_of_time_is_in_UTC(string time, bool holds) => Assert.Equal(holds, await _policies.HoldsAsync($$"""{"time":{{time}}}"""));

    [Fact]
    public async Task Registers_equal_the_baseline_each()
    {
        const string When = """{"pcrs":{"bank":"sha256","registers":[0,7],"equal":"baseline"}}""";
        var node = PolicyFixture.Node();
        Assert.True(await _policies.HoldsAsync(When, node));

        node["tpm"]!["pcrs"]!["sha256"]!["7"] = PolicyFixture.Pcr(99);
        Assert.False(await _policies.HoldsAsync(When, node));

        node["tpm"]!["pcrs"]!["sha256"]!.AsObject().Remove("7");
        Assert.Null(await _policies.HoldsAsync(When, node));

        Assert.Null(await _policies.HoldsAsync("""{"pcrs":{"bank":"sha384","registers":[0],"equal":"baseline"}}""", PolicyFixture.Node()));
    }

    [Fact]
    public async Task Registers_and_claims_are_looked_up_in_reference_sets()
    {
        const string Registers = """{"pcrs":{"bank":"sha256","registers":[0,7],"reference":"boot"}}""";
        const string Kernel = """{"claim":"tpm.boot.kernel","in_reference":{"set":"boot","values":"kernel"}}""";
        Assert.Null(await _policies.HoldsAsync(Registers));
        Assert.Null(await _policies.HoldsAsync(Kernel));

        await _policies.PutReferenceAsync("boot", $$"""
            {"name":"boot","values":{"sha256":{"0":["{{PolicyFixture.Pcr(0)}}","{{PolicyFixture.Pcr(1)}}"],"7":["{{PolicyFixture.Pcr(7).ToUpperInvariant()}}"]},"kernel":["{{PolicyFixture.Pcr(40)}}","{{PolicyFixture.Pcr(41)}}"]} }
            """);
        Assert.True(await _policies.HoldsAsync(Registers));
        Assert.True(await _policies.HoldsAsync(Kernel));
        Assert.Null(await _policies.HoldsAsync("""{"pcrs":{"bank":"sha256","registers":[0,1],"reference":"boot"}}"""));
        Assert.Null(await _policies.HoldsAsync("""{"claim":"tpm.boot.kernel","in_reference":{"set":"boot","values":"initrd"}}"""));
        Assert.False(await _policies.HoldsAsync("""{"claim":"tee","in_reference":{"set":"boot","values":"kernel"}}"""));

        var other = PolicyFixture.Node();
        other["tpm"]!["boot"]!["kernel"] = new JsonArray(PolicyFixture.Pcr(40), PolicyFixture.Pcr(42));
        other["tpm"]!["pcrs"]!["sha256"]!["0"] = PolicyFixture.Pcr(7);
        Assert.False(await _policies.HoldsAsync(Kernel, other));
        Assert.False(await _policies.HoldsAsync(Registers, other));
        other["tpm"]!["boot"]!["kernel"] = new JsonArray();
        Assert.Null(await _policies.HoldsAsync(Kernel, other));
    }

    [Fact]
    public async Task A_reference_set_that_has_expired_matches_nothing_and_the_explanation_says_so()
    {
        const string When = """{"pcrs":{"bank":"sha256","registers":[0],"reference":"boot"}}""";
        await _policies.PutReferenceAsync("boot", $$"""{"name":"boot","expires":"2026-01-02T04:00:00Z","values":{"sha256":{"0":["{{PolicyFixture.Pcr(0)}}"]} } }""");
        Assert.True(await _policies.HoldsAsync(When));

        _policies.Broker.Clock.SetUtcNow(new DateTimeOffset(2026, 1, 2, 4, 0, 0, TimeSpan.Zero));

        Assert.Null(await _policies.HoldsAsync(When));
        Assert.Null(await _policies.HoldsAsync($$"""{"not":{{When}}}"""));
        await _policies.PutAsync("only", "allow", When);
        Assert.Equal("only@4: pcrs sha256 in reference set boot: the reference set 'boot' expired at 2026-01-02T04:00:00Z", (await _policies.DecideAsync(PolicyFixture.Node())).Reason);
    }
}
