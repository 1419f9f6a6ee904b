using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Access;

/// <summary>The first administrator's token, and when it is over.</summary>
public sealed class BootstrapTests : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private RunningBroker _broker = null!;
    private string _first = "";

    public async ValueTask InitializeAsync()
    {
        _broker = await RunningBroker.StartAsync();
        _first = await ReadAsync((await AdminTokenFile.EnsureAsync(_folder.Path, _broker.Parts, TestContext.Current.CancellationToken))!);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_is_over_once_another_administrator_asks_for_something()
    {
        (await _broker.SendAsync("GET", "tokens", _first)).ShouldBe(200);
        var other = await _broker.TokenAsync([Role.Admin], ["**"], TimeSpan.FromDays(90));
        (await _broker.SendAsync("GET", "tokens", _first)).ShouldBe(200);

        var answer = (await _broker.SendAsync("GET", "tokens", other)).ShouldBe(200);

        (await _broker.SendAsync("GET", "tokens", _first)).ShouldBe(401);
        var entry = Assert.Single(_broker.Audit.Entries, e => e.Action == "token.bootstrap-end");
        Assert.Equal((answer.RequestId, IdOf(other), IdOf(_first)), (entry.RequestId, entry.Actor, entry.Subject));
    }

    [Theory]
    [InlineData("admin", "24h")]
    [InlineData("auditor", "90d")]
    [InlineData("enroller", "90d")]
    public async Task Neither_a_helper_for_a_day_nor_another_role_ends_it(string role, string ttl)
    {
        var other = (string)(await _broker.SendAsync("POST", "tokens", _first, $$"""{"can":["{{role}}"],"ttl":"{{ttl}}"}""")).ShouldBe(201).Json["token"]!;
        (await _broker.SendAsync("GET", "status", other)).ShouldBe(200);
        (await _broker.SendAsync("GET", "tokens", _first)).ShouldBe(200);
        Assert.DoesNotContain(_broker.Audit.Entries, e => e.Action == "token.bootstrap-end");
    }

    [Fact]
    public async Task One_made_by_reset_lives_for_a_day_beside_other_administrators()
    {
        (await _broker.AdminAsync("GET", "tokens")).ShouldBe(200); // ends the first one
        (await _broker.SendAsync("GET", "tokens", _first)).ShouldBe(401);

        var reset = await ReadAsync(await AdminTokenFile.ResetAsync(_folder.Path, _broker.Parts, TestContext.Current.CancellationToken));

        (await _broker.AdminAsync("GET", "tokens")).ShouldBe(200);
        (await _broker.SendAsync("GET", "tokens", reset)).ShouldBe(200);
        _broker.Clock.Advance(AdminTokenFile.ResetLifetime);
        Assert.Contains("expired", (await _broker.SendAsync("GET", "tokens", reset)).ShouldBe(401).Message, StringComparison.Ordinal);
    }

    private static string IdOf(string token) => token.Split('_')[1];

    private static async Task<string> ReadAsync(string file) => (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim();
}
