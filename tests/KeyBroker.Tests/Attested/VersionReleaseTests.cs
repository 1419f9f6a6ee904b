using System.Text;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Access;

namespace Coffer.KeyBroker.Tests.Attested;

/// <summary>Which version of a resource is released, and why an older one is not.</summary>
public sealed class VersionReleaseTests : IAsyncLifetime
{
    private const string Kek = "default/image-kek/team", Note = "default/note/one";

    private AttestedBroker _broker = null!;
    private Machines.FakeMachine _machine = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await AttestedBroker.StartAsync();
        (_machine, _) = await _broker.ApprovedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _machine.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task The_path_alone_means_the_last_that_was_put_and_every_version_has_its_number()
    {
        await PutAsync("one");
        await PutAsync("two");
        Assert.Equal("two", await GetTextAsync(Note));
        Assert.Equal("one", await GetTextAsync($"{Note}?version=1"));
        Assert.Equal("two", await GetTextAsync($"{Note}?version=2&of=another-broker"));
        var first = (await GetAsync($"{Note}?version=1")).ShouldBe(200);
        Assert.EndsWith("; version 1", _broker.Entry(first.RequestId).Reason, StringComparison.Ordinal);
        Assert.Equal(1, (int)_broker.Entry(first.RequestId).Explanation!["version"]!["meant"]!);

        var missing = (await GetAsync($"{Note}?version=3")).ShouldBe(404);
        _broker.ShouldHaveRefused(missing.RequestId, "version 3 is not kept");
        foreach (var wrong in (string[])["0", "x", "-1", "1234567", "", "01"]) (await GetAsync($"{Note}?version={wrong}")).ShouldBe(400);
    }

    [Fact]
    public async Task What_has_expired_is_refused_and_the_audit_says_so()
    {
        await PutAsync("one", "?expires=1m");
        Assert.Equal("one", await GetTextAsync(Note));
        _broker.Broker.Clock.Advance(TimeSpan.FromMinutes(1));
        _broker.ShouldHaveRefused((await GetAsync(Note)).ShouldBeRefused(403, "PolicyDeny").RequestId, "version 1 expired at");
        await PutAsync("two");
        Assert.Equal("two", await GetTextAsync(Note));
        (await _broker.Broker.AdminAsync("PATCH", $"resources/{Note}", """{"expires":"1m"}""")).ShouldBe(200);
        _broker.Broker.Clock.Advance(TimeSpan.FromMinutes(1));
        _broker.ShouldHaveRefused((await GetAsync(Note)).ShouldBeRefused(403, "PolicyDeny").RequestId, "the resource expired at");
        (await _broker.Broker.AdminAsync("PATCH", $"resources/{Note}", """{"expires":"never"}""")).ShouldBe(200);
        (await GetAsync(Note)).ShouldBe(200);
        _broker.ShouldHaveRefused((await GetAsync($"{Note}?version=1")).ShouldBe(403).RequestId, "version 1 expired at");
    }

    [Fact]
    public async Task What_was_deleted_is_missed_with_who_and_when()
    {
        await PutAsync("one");
        (await _broker.Broker.AdminAsync("DELETE", $"resources/{Note}")).ShouldBe(204);
        var missed = (await GetAsync(Note)).ShouldBe(404);
        _broker.ShouldHaveRefused(missed.RequestId, "it was deleted at");
        (await _broker.Broker.AdminAsync("PUT", $"resources/{Note}", "again")).ShouldBe(409);
        await PutAsync("again", "?reuse_deleted=true");
        (await GetAsync($"{Note}?version=1")).ShouldBe(404);
        Assert.Equal("again", await GetTextAsync(Note));
    }

    [Fact]
    public async Task A_rotated_key_opens_in_its_grace_time_and_then_only_by_permission()
    {
        var first = await WrapAsync();
        Assert.Equal($"kbs:///{Kek}?version=1", (string?)first["kid"]);
        var rotated = (await _broker.Broker.AdminAsync("POST", $"keys/rotate/{Kek}", """{"grace":"30d"}""")).ShouldBe(200).Json;
        Assert.Equal((2, 1), ((int)rotated["version"]!, (int)rotated["named_version"]!));
        var second = await WrapAsync();
        Assert.Equal($"kbs:///{Kek}?version=2", (string?)second["kid"]);

        var old = await KeyAsync($"{Kek}?version=1");
        Assert.Equal(old, await KeyAsync(Kek)); // packets that name no version are older than the rotation
        Assert.NotEqual(old, await KeyAsync($"{Kek}?version=2"));

        _broker.Broker.Clock.Advance(TimeSpan.FromDays(30));
        foreach (var name in (string[])[Kek, $"{Kek}?version=1"])
        {
            _broker.ShouldHaveRefused((await GetAsync(name)).ShouldBeRefused(403, "PolicyDeny").RequestId, "version 1 retired at");
        }
        Assert.Equal(32, (await KeyAsync($"{Kek}?version=2")).Length);

        (await _broker.Broker.AdminAsync("POST", $"keys/permit/{Kek}", """{"version":1,"until":"1h"}""")).ShouldBe(200);
        Assert.Equal(old, await KeyAsync($"{Kek}?version=1"));
        _broker.Broker.Clock.Advance(TimeSpan.FromHours(1));
        _broker.ShouldHaveRefused((await GetAsync($"{Kek}?version=1")).ShouldBe(403).RequestId, "and its permission ended at");
        (await _broker.Broker.AdminAsync("DELETE", $"resources/{Kek}?version=2")).ShouldBe(409);
        (await _broker.Broker.AdminAsync("DELETE", $"resources/{Kek}?version=1")).ShouldBe(204);
        _broker.ShouldHaveRefused((await GetAsync(Kek)).ShouldBe(404).RequestId, "version 1 is not kept");
        Assert.Equal(["key.rotate", "key.permit"], _broker.Broker.Audit.Entries.Where(e => e.Action is "key.rotate" or "key.permit").Select(e => e.Action));
    }

    [Fact]
    public async Task A_version_that_is_permitted_still_needs_a_policy()
    {
        await WrapAsync();
        (await _broker.Broker.AdminAsync("POST", $"keys/rotate/{Kek}", """{"grace":"none"}""")).ShouldBe(200);
        (await _broker.Broker.AdminAsync("POST", $"keys/permit/{Kek}", """{"version":1,"until":"1h"}""")).ShouldBe(200);
        _broker.Policies.Judge = (_, claims) => (bool?)claims["resource"]?["retired"] == true ? "retired versions are for nobody" : null;
        _broker.ShouldHaveRefused((await GetAsync($"{Kek}?version=1")).ShouldBe(403).RequestId, "retired versions are for nobody");
        (await GetAsync($"{Kek}?version=2")).ShouldBe(200);
    }

    [Fact]
    public async Task A_second_rotation_gives_no_version_more_time_and_retiring_ends_it_at_once()
    {
        await WrapAsync();
        (await _broker.Broker.AdminAsync("POST", $"keys/rotate/{Kek}", """{"grace":"1d"}""")).ShouldBe(200);
        (await _broker.Broker.AdminAsync("POST", $"keys/rotate/{Kek}", """{"grace":"9d"}""")).ShouldBe(200);
        _broker.Broker.Clock.Advance(TimeSpan.FromDays(1));
        (await GetAsync($"{Kek}?version=1")).ShouldBe(403);
        (await GetAsync($"{Kek}?version=2")).ShouldBe(200);
        (await _broker.Broker.AdminAsync("POST", $"keys/retire/{Kek}", """{"version":2}""")).ShouldBe(200);
        (await GetAsync($"{Kek}?version=2")).ShouldBe(403);
        (await GetAsync($"{Kek}?version=3")).ShouldBe(200);
        (await _broker.Broker.AdminAsync("POST", $"keys/retire/{Kek}", """{"version":3}""")).ShouldBe(409);
        (await _broker.Broker.AdminAsync("POST", $"keys/permit/{Kek}", """{"version":9,"until":"1h"}""")).ShouldBe(404);
        (await _broker.Broker.AdminAsync("POST", $"keys/rotate/{Note}")).ShouldBe(404);
        await PutAsync("no key");
        (await _broker.Broker.AdminAsync("POST", $"keys/rotate/{Note}")).ShouldBe(400);
    }

    [Fact]
    public async Task An_owner_wraps_under_the_current_version_alone()
    {
        await WrapAsync();
        (await _broker.Broker.AdminAsync("POST", $"keys/rotate/{Kek}")).ShouldBe(200);
        (await SendWrapAsync($"kbs:///{Kek}?version=1")).ShouldBe(400);
        (await SendWrapAsync($"kbs:///{Kek}?version=2")).ShouldBe(200);
        (await SendWrapAsync("kbs:///default/image-kek/none?version=1")).ShouldBe(404);
        (await _broker.Broker.AdminAsync("PATCH", $"resources/{Kek}", """{"expires":"1m"}""")).ShouldBe(200);
        _broker.Broker.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains("expired", (await SendWrapAsync($"kbs:///{Kek}")).ShouldBe(403).Message, StringComparison.Ordinal);
        (await _broker.Broker.AdminAsync("DELETE", $"resources/{Kek}")).ShouldBe(204);
        (await SendWrapAsync($"kbs:///{Kek}")).ShouldBe(409);
    }

    [Fact]
    public async Task A_trial_makes_no_key()
    {
        var before = await ListedAsync();
        (await SendWrapAsync(null, trial: true)).ShouldBe(200);
        (await SendWrapAsync($"kbs:///{Kek}", trial: true)).ShouldBe(200);
        Assert.Equal(before, await ListedAsync());
        var made = await WrapAsync();
        Assert.Equal((string?)made["kid"], (string?)(await SendWrapAsync($"kbs:///{Kek}", trial: true)).ShouldBe(200).Json["kid"]);
        Assert.Equal(before + 1, await ListedAsync());
    }

    private async Task<int> ListedAsync() => (await _broker.Broker.AdminAsync("GET", "resources")).ShouldBe(200).Json.AsArray().Count;

    private async Task PutAsync(string value, string query = "") => (await _broker.Broker.AdminAsync("PUT", $"resources/{Note}{query}", value)).ShouldBe(200);

    private async Task<Machines.MachineAnswer> GetAsync(string path) => await _machine.GetAsync(path, await _machine.TokenAsync());

    private async Task<byte[]> KeyAsync(string path) => _machine.Open((await GetAsync(path)).ShouldBe(200));

    private async Task<string> GetTextAsync(string path) => Encoding.UTF8.GetString(await KeyAsync(path));

    private async Task<JsonNode> WrapAsync() => (await SendWrapAsync($"kbs:///{Kek}")).ShouldBe(200).Json;

    private async Task<Running.BrokerAnswer> SendWrapAsync(string? keyId, bool trial = false)
    {
        var owner = await _broker.Broker.TokenAsync([Role.Wrap], ["default/**"], null);
        return await _broker.Broker.SendAsync("POST", "wrap", owner, new JsonObject { ["keyid"] = keyId, ["options"] = Convert.ToBase64String("{}"u8), ["trial"] = trial }.ToJsonString());
    }
}
