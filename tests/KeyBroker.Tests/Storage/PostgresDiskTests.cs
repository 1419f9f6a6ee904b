using System.Globalization;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Storage;

/// <summary>
/// A broker whose PostgreSQL keeps the tables on a disk that has no room left, or takes no writes: it refuses with the reason, says that it is not ready,
/// loses nothing that it acknowledged, and goes on by itself once the disk is well.
/// </summary>
public sealed class PostgresDiskTests : IAsyncLifetime
{
    private const string Size = "48m";

    private readonly TempDirectory _folder = new();
    private readonly Dictionary<string, string> _acknowledged = [];
    private PostgresCluster _cluster = null!;
    private ServingBroker _broker = null!;
    private bool _isMounted;

    private string Disk => Path.Combine(_cluster.Socket, "disk"); // the server's user reaches nothing else

    public async ValueTask InitializeAsync()
    {
        _cluster = await PostgresCluster.StartAsync(isDurable: true);
        Directory.CreateDirectory(Disk);
        var owner = (await Tool.RunAsync("stat", "--format=%u", Path.Combine(_cluster.Socket, "data"))).ShouldSucceed().Output.Trim();
        _isMounted = (await Tool.RunAsync("/bin/mount", "-t", "tmpfs", "-o", $"size={Size},mode=0700,uid={owner}", "tmpfs", Disk)).ExitCode == 0;
        Assert.SkipUnless(_isMounted, "a small file system cannot be mounted here: that takes root");
        var database = await _cluster.CreateDatabaseAsync(Disk);
        _broker = await ServingBroker.StartAsync(new BrokerSettings { DataFolder = _folder.Combine("data"), Store = _cluster.Address(database), Listen = ["127.0.0.1:0"] });
        (await _broker.SendAsync("GET", "/readyz")).ShouldBe(200);
        for (var i = 0; i < 5; i++) Assert.Equal(200, (await PutAsync($"before-{i}", 1000)).Status);
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_isMounted) (await Tool.RunAsync("/bin/umount", "--lazy", Disk)).ShouldSucceed();
        if (_cluster is not null) await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_full_disk_is_told_of_and_what_was_acknowledged_is_there_when_there_is_room_again()
    {
        var filler = Path.Combine(Disk, "filler");
        Assert.NotEqual(0, (await Tool.RunAsync("/bin/sh", "-c", $"head -c 1G /dev/zero >{filler}")).ExitCode);
        await FillAsync(200_000); // what PostgreSQL has room for within its files
        var refused = await FillAsync(2_000);

        Assert.Equal("unavailable", refused.Fault);
        Assert.Contains(_broker.Lines, l => l.Contains("its disk is full", StringComparison.Ordinal));
        await NotReadyAsync();
        await CheckAsync(); // it reads

        File.Delete(filler);
        await ReadyAsync();
        Assert.Equal(200, (await PutAsync("after", 500_000)).Status);
        await CheckAsync();
    }

    [Fact]
    public async Task A_disk_that_takes_no_writes_is_told_of_and_found_well_again()
    {
        await _cluster.ShutDownAsync(); // what it would have to put right after a crash, it could not
        await RemountAsync("ro");
        await _cluster.RestartAsync();

        Assert.Equal("unavailable", (await PutAsync("meanwhile", 1000)).ShouldBe(503).Fault);
        Assert.Contains(_broker.Lines, l => l.Contains("Read-only file system", StringComparison.Ordinal));
        await NotReadyAsync();

        await _cluster.StopAsync();
        await RemountAsync("rw");
        await _cluster.RestartAsync();
        await ReadyAsync();
        Assert.Equal(200, (await PutAsync("after", 1000)).Status);
        await CheckAsync();
    }

    private async Task<BrokerAnswer> PutAsync(string name, int bytes)
    {
        var value = new string('x', bytes);
        var answer = await _broker.AdminAsync("PUT", $"resources/default/app/{name}", value);
        if (answer.Status == 200) _acknowledged[name] = value;
        return answer;
    }

    // Until it is refused.
    private async Task<BrokerAnswer> FillAsync(int bytes)
    {
        for (var i = 0; i < 2000; i++)
        {
            var answer = await PutAsync($"fill-{bytes}-{i}", bytes);
            if (answer.Status != 200) return answer.ShouldBe(503);
        }
        throw new InvalidOperationException("the disk never filled up");
    }

    private async Task CheckAsync()
    {
        foreach (var (name, value) in _acknowledged)
        {
            Assert.Equal(value.Length, (int)(await _broker.AdminAsync("GET", $"resources/default/app/{name}")).ShouldBe(200).Json["size"]!);
        }
        (await _broker.AdminAsync("GET", "audit/verify")).ShouldBe(200);
    }

    private Task NotReadyAsync() => Until.TrueAsync(async () => (await _broker.SendAsync("GET", "/readyz")) is { Status: 503 } answer && (string?)answer.Json["checks"]!["store"] == "failed");

    private Task ReadyAsync() => Until.TrueAsync(async () => (await _broker.SendAsync("GET", "/readyz")).Status == 200);

    private async Task RemountAsync(string how) => (await Tool.RunAsync("/bin/mount", "-o", string.Create(CultureInfo.InvariantCulture, $"remount,{how}"), Disk)).ShouldSucceed();
}
