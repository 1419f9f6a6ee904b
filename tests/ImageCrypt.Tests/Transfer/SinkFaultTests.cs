using System.Text.Json;
using Coffer.ImageCrypt.Transfer;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>
/// A destination that breaks, and a caller that gives up, at every moment of a whole transfer into a layout and into a real
/// registry: the transfer ends with the reason, every block is back, and the destination is what it was.
/// </summary>
[Collection(typeof(AloneInTheProcess))]
public sealed class SinkFaultTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Workbench _bench = new();
    private readonly PooledBlocks _blocks = new();

    public void Dispose()
    {
        _blocks.Dispose();
        _bench.Dispose();
    }

    [Theory, MemberData(nameof(Works.AndParallelism), MemberType = typeof(Works))]
    public async Task A_layout_stays_as_it_was(string work, int parallelism)
    {
        RawLayers.WriteIndex(_bench, [700_000, 1_100_000, 1_100_001, 5000]);
        await _bench.EncryptAsync("raw:1", "enc:1", selection: InstanceSelection.All);
        _bench.Layout.Image("old");
        await _bench.RunAsync("in:old", "out:old", new CopyTransform());
        var before = Workbench.Listing(_bench.Path("out"));
        Assert.NotEmpty(before);

        foreach (var moment in Enum.GetValues<SinkMoment>())
        {
            await FailsAsync(work, "out:1", parallelism, moment);
            Assert.Equal(before, Workbench.Listing(_bench.Path("out")));
        }

        await RunAsync(work, "out:1", parallelism, null, default);
        Assert.NotEqual(before, Workbench.Listing(_bench.Path("out")));
    }

    [Theory, MemberData(nameof(Works.AndParallelism), MemberType = typeof(Works))]
    public async Task A_registry_shows_no_image(string work, int parallelism)
    {
        await using var registry = await DockerRegistry.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        RawLayers.WriteIndex(_bench, [700_000, 1_100_000, 1_100_001, 5000]);
        await _bench.EncryptAsync("raw:1", "enc:1", selection: InstanceSelection.All);

        foreach (var moment in Enum.GetValues<SinkMoment>())
        {
            await FailsAsync(work, $"docker://{registry.Host}/{moment}".ToLowerInvariant(), parallelism, moment);
            Assert.Empty(await TagsAsync(registry));
        }

        await RunAsync(work, $"docker://{registry.Host}/whole:1", parallelism, null, default);
        Assert.Equal("whole:1", Assert.Single(await TagsAsync(registry)));
    }

    private static async Task<string[]> TagsAsync(DockerRegistry registry)
    {
        using var client = registry.CreateClient();
        using var catalog = JsonDocument.Parse(await client.GetStringAsync(new Uri("v2/_catalog", UriKind.Relative)));
        var tags = new List<string>();
        foreach (var name in catalog.RootElement.GetProperty("repositories").EnumerateArray())
        {
            using var answer = await client.GetAsync(new Uri($"v2/{name}/tags/list", UriKind.Relative));
            if (!answer.IsSuccessStatusCode) continue;
            using var list = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            if (list.RootElement.GetProperty("tags") is { ValueKind: JsonValueKind.Array } found) tags.AddRange(found.EnumerateArray().Select(t => $"{name}:{t}"));
        }
        return [.. tags];
    }

    // Both ways to fail at one moment; in a registry each into its own repository, for blobs that arrived stay until they are collected.
    private async Task FailsAsync(string work, string destination, int parallelism, SinkMoment moment)
    {
        var error = await Assert.ThrowsAsync<CofferException>(() => RunAsync(
            work, Place("fault"), parallelism, inner => new ActingSink(inner, moment, () => throw new CofferException("the disk burns")), default));
        Assert.Equal("the disk burns", error.Message);
        await _blocks.AllBackAsync($"a fault of the sink: {moment}");

        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(work, Place("given-up"), parallelism, inner => new ActingSink(inner, moment, stop.Cancel), stop.Token));
        await _blocks.AllBackAsync($"giving up: {moment}");

        string Place(string way) => destination.StartsWith("docker://", StringComparison.Ordinal) ? $"{destination}/{way}:1" : destination;
    }

    private Task RunAsync(string work, string destination, int parallelism, Func<IImageSink, IImageSink>? into, CancellationToken cancellationToken) =>
        Works.WithAsync(_bench, work, transform => _bench.RunAsync(
            work == "decrypt" ? "enc:1" : "raw:1", destination, transform, InstanceSelection.All, parallelism: parallelism, into: into,
            cancellationToken: cancellationToken).WaitAsync(Limit, CancellationToken.None));
}
