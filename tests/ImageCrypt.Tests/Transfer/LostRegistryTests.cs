using Coffer.ImageCrypt.Trees;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>A real registry that dies while an image is on its way into it.</summary>
[Collection(typeof(AloneInTheProcess))]
public sealed class LostRegistryTests : IDisposable
{
    private const int Length = 3_000_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Workbench _bench = new();

    public static TheoryData<string, int> Places => new(
        from work in new[] { "encrypt", "decrypt", "copy" }
        from at in new[] { 0, 256 * 1024, Length }
        select (work, at));

    public void Dispose() => _bench.Dispose();

    [Theory, MemberData(nameof(Places))]
    public async Task A_registry_that_dies_ends_the_transfer_and_takes_no_block_along(string work, int at)
    {
        using var blocks = new PooledBlocks();
        RawLayers.Write(_bench, [Length, Length + 1, Length + 2]);
        await _bench.EncryptAsync("raw:1", "enc:1");
        var registry = await DockerRegistry.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        ActingSource? source = null;
        var died = 0;

        var error = await Assert.ThrowsAnyAsync<CofferException>(() => Works.WithAsync(_bench, work, transform => _bench.RunAsync(
            work == "decrypt" ? "enc:1" : "raw:1", $"docker://{registry.Host}/team/app:1", transform, InstanceSelection.All,
            through: inner => source = new ActingSource(inner, Length, at, Die)).WaitAsync(Limit, CancellationToken.None)));

        Assert.Equal(ExitStatus.Unreachable, error.ExitStatus);
        Assert.Equal(0, source!.Open);
        await blocks.AllBackAsync("the registry's death");

        void Die()
        {
            if (Interlocked.Exchange(ref died, 1) == 0) registry.DisposeAsync().AsTask().Wait();
        }
    }
}
