using System.Text.Json.Nodes;
using Coffer.KeyBroker.Tests.Killed;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Day;

/// <summary>What an hour of the day brings beside its load. Faults break requests; what operators do must not be noticed by anybody.</summary>
internal sealed class DayEvents(KilledBroker broker, PostgresCluster cluster, string store, Ledger ledger, TempDirectory folder)
{
    private const string Key = "default/image-kek/named-1";

    private int _files;

    /// <summary>By name; null for one that nobody may notice.</summary>
    public IReadOnlyDictionary<string, Func<Task>> Faults => new Dictionary<string, Func<Task>>(StringComparer.Ordinal)
    {
        ["a replica was killed"] = broker.KillAsync,
        ["a replica stood still"] = () => broker.FreezeAsync(TimeSpan.FromSeconds(3)),
        ["the server was killed"] = async () =>
        {
            await cluster.StopAsync();
            await cluster.RestartAsync();
        },
    };

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, Func<Task>> Works => new Dictionary<string, Func<Task>>(StringComparer.Ordinal)
    {
        ["nothing"] = () => Task.CompletedTask,
        ["a replica was restarted"] = broker.RestartAsync,
        ["a key was rotated"] = RotateKeyAsync,
        ["the token keys were rotated"] = RotateTokenKeyAsync,
        ["the audit was exported and verified without the broker"] = ExportAsync,
        ["a backup was made"] = BackUpAsync,
    };

    private async Task RotateKeyAsync()
    {
        (await broker.AdminAsync("POST", "wrap", $$"""{"keyid":"kbs:///{{Key}}","options":"AAAA"}""")).ShouldBe(200);
        var rotated = (await broker.AdminAsync("POST", $"keys/rotate/{Key}")).ShouldBe(200);
        ledger.Acknowledge("rotations of keys", rotated.RequestId, "key.rotate");
    }

    // Where the next key is published already, it stays.
    private async Task RotateTokenKeyAsync()
    {
        var rotated = await broker.AdminAsync("POST", "token-keys/rotate", "{}");
        if (rotated.Status != 409) ledger.Acknowledge("rotations of token keys", rotated.ShouldBe(200).RequestId, "token-key.rotate");
    }

    private async Task ExportAsync()
    {
        var (file, key) = (folder.Combine($"audit-{_files++}.jsonl"), folder.Combine("audit-key.pem"));
        await File.WriteAllTextAsync(file, (await broker.RunAsync("broker", "audit", "export")).ShouldSucceed().Output);
        await File.WriteAllTextAsync(key, (await broker.RunAsync("broker", "audit", "public-key")).ShouldSucceed().Output);
        (await CofferBinary.RunAsync("broker", "audit", "verify", "--offline", file, "--public-key", key)).ShouldSucceed();
        ledger.Count("exports");
    }

    private async Task BackUpAsync()
    {
        var made = (await CofferBinary.RunAsync("broker", "backup", folder.Combine($"backup-{_files++}"), "--data", broker.Data, "--store", store, "--json")).ShouldSucceed();
        Assert.True((long)JsonNode.Parse(made.Output)!["records"]! > 0);
        ledger.Count("backups");
    }
}
