using System.Text.Json.Nodes;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Tests.Policies;

public sealed class PolicyPlacesTests : IAsyncDisposable
{
    private const string Yes = """{"tee":"tpm"}""";
    private const string Reference = """{"name":"known","values":{"versions":["2"]}}""";
    private static readonly string[] Segments = ["a", "b", "a-b", "*", "a*", "?", "**"];
    private readonly PolicyFixture _policies = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _policies.DisposeAsync();

    [Fact]
    public async Task Whatever_is_about_a_path_is_found_and_nothing_else()
    {
        var random = new Random(7);
        var globs = new Dictionary<string, List<Glob>>();
        for (var i = 0; i < 200; i++)
        {
            var name = $"p{random.Next(60):D2}"; // some are put anew, with other resources
            if (random.Next(6) == 0 && globs.Remove(name)) await _policies.Broker.WriteAsync(async w => await PolicyShelf.DeleteAsync(w, name));
            else globs[name] = await PutAsync(name, random);
            string[] fixedOnes = ["a", "b", "a-b", "c"];
            var path = string.Join('/', Enumerable.Range(0, 3).Select(_ => fixedOnes[random.Next(fixedOnes.Length)]));
            var decision = await _policies.DecideAsync(PolicyFixture.Node(), path);
            var about = globs.Where(p => p.Value.Any(g => g.Matches(ResourcePath.Parse(path)))).Select(p => p.Key).Order(StringComparer.Ordinal);
            Assert.Equal(about, decision.Policies.Select(p => p.Split('@')[0]));
        }
    }

    [Fact]
    public async Task The_longest_names_and_paths_find_each_other()
    {
        var segment = new string('s', ResourcePath.MostSegment);
        var path = $"{segment}/{segment}/{segment}";
        var name = new string('n', PolicyLimits.MostName);
        await _policies.PutAsync(name, $$"""{"name":"{{name}}","resources":["{{path}}"],"effect":"allow","when":{{Yes}}}""");

        Assert.True((await _policies.DecideAsync(PolicyFixture.Node(), path)).Allowed);
        Assert.False((await _policies.DecideAsync(PolicyFixture.Node(), path[..^1])).Allowed);
    }

    [Fact]
    public async Task Policies_of_a_store_from_before_decide_nothing_until_they_have_their_places()
    {
        await _policies.PutAsync("p", "allow", Yes);
        await _policies.PutAsync("broken", "deny", """{"tee":"snp"}""");
        await _policies.Broker.WriteAsync(async w =>
        {
            foreach (var record in await w.ListAsync(Collections.PolicyPlaces, "", null, 100)) await w.DeleteAsync(Collections.PolicyPlaces, record.Key);
            await w.PutAsync(Collections.Policies, "broken", "{}"u8.ToArray());
        });
        Assert.Equal(BrokerFault.Unavailable, (await Assert.ThrowsAsync<BrokerException>(() => _policies.DecideAsync(PolicyFixture.Node()))).Fault);

        await PolicyShelf.EnsurePlacesAsync(_policies.Broker.Store, Cancel);
        Assert.Equal(BrokerFault.Internal, (await Assert.ThrowsAsync<BrokerException>(() => _policies.DecideAsync(PolicyFixture.Node()))).Fault);
        await _policies.Broker.WriteAsync(async w => await PolicyShelf.DeleteAsync(w, "broken"));
        Assert.True((await _policies.DecideAsync(PolicyFixture.Node())).Allowed);
        await PolicyShelf.EnsurePlacesAsync(_policies.Broker.Store, Cancel);
        Assert.Equal(["p@1"], (await _policies.DecideAsync(PolicyFixture.Node())).Policies);
    }

    [Fact]
    public async Task What_one_broker_changes_the_others_do_not_know_from_before()
    {
        await _policies.PutReferenceAsync("known", Reference);
        await _policies.PutAsync("p", "allow", """{"claim":"version","in_reference":{"set":"known","values":"versions"}}""");
        var (one, other) = (new PolicyDecisions(_policies.Broker.Clock), new PolicyDecisions(_policies.Broker.Clock));
        async Task<(bool, bool)> AllowedAsync() => (await AskAsync(one), await AskAsync(other));

        Assert.Equal((true, true), await AllowedAsync());
        await _policies.PutReferenceAsync("known", Reference.Replace("\"2\"", "\"3\"", StringComparison.Ordinal));
        Assert.Equal((false, false), await AllowedAsync());
        await _policies.PutReferenceAsync("known", Reference);
        Assert.Equal((true, true), await AllowedAsync());
        await _policies.PutAsync("never", "deny", Yes.Replace("tpm", "snp", StringComparison.Ordinal));
        Assert.Equal((true, true), await AllowedAsync());
        await _policies.PutAsync("never", "deny", """{"any":[{"claim":"version","equals":"2"}]}""");
        Assert.Equal((false, false), await AllowedAsync());
    }

    private async Task<bool> AskAsync(PolicyDecisions decisions) =>
        (await _policies.Broker.ReadAsync(async r => await decisions.DecideAsync(r, "default/image-kek/1", new JsonObject { ["tee"] = "tpm", ["version"] = "2" }))).Allowed;

    private async Task<List<Glob>> PutAsync(string name, Random random)
    {
        var globs = new List<Glob>();
        while (globs.Count < 1 + random.Next(3))
        {
            try
            {
                globs.Add(Glob.Parse(string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Segments[random.Next(Segments.Length)]))));
            }
            catch (FormatException)
            {
                // Fewer segments than a path has.
            }
        }
        await _policies.PutAsync(name, $$"""{"name":"{{name}}","resources":[{{string.Join(',', globs.Select(g => $"\"{g.Text}\""))}}],"effect":"allow","when":{{Yes}}}""");
        return globs;
    }
}
