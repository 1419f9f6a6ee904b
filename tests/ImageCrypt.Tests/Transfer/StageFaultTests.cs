using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>A source that breaks, and a caller that gives up, at every stage of the way: it ends, and nothing stays behind.</summary>
[Collection(typeof(AloneInTheProcess))]
public sealed class StageFaultTests : IDisposable
{
    private const int Length = 3_000_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly int[] Places = [0, 1, 256 * 1024 - 1, 256 * 1024, 1_500_000, Length - 1, Length];
    private readonly Workbench _bench = new();
    private readonly PooledBlocks _blocks = new();

    public void Dispose()
    {
        _blocks.Dispose();
        _bench.Dispose();
    }

    [Theory, MemberData(nameof(Works.AndParallelism), MemberType = typeof(Works))]
    public async Task A_source_that_throws_ends_the_transfer_with_its_own_reason(string work, int parallelism)
    {
        await PrepareAsync();
        foreach (var at in Places)
        {
            var error = await Assert.ThrowsAsync<CofferException>(() => RunAsync(work, parallelism, at, () => throw new CofferException("the cable was cut"), default));

            Assert.Equal("the cable was cut", error.Message);
        }
    }

    [Theory, MemberData(nameof(Works.AndParallelism), MemberType = typeof(Works))]
    public async Task Giving_up_ends_the_transfer(string work, int parallelism)
    {
        await PrepareAsync();
        foreach (var at in Places)
        {
            using var stop = new CancellationTokenSource();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(work, parallelism, at, stop.Cancel, stop.Token));
        }
    }

    private async Task PrepareAsync()
    {
        RawLayers.Write(_bench, [Length, Length + 1, Length + 2, Length + 3]);
        await _bench.EncryptAsync("raw:1", "enc:1");
    }

    private async Task RunAsync(string work, int parallelism, int at, Action act, CancellationToken cancellationToken)
    {
        ActingSource? source = null;
        try
        {
            await Works.WithAsync(_bench, work, transform => _bench.RunAsync(work == "decrypt" ? "enc:1" : "raw:1", "out:1", transform, parallelism: parallelism,
                through: inner => source = new ActingSource(inner, Length, at, act), cancellationToken: cancellationToken).WaitAsync(Limit, CancellationToken.None));
        }
        finally
        {
            Assert.Equal(0, source!.Open);
            Assert.False(Directory.Exists(_bench.Path("out")), "something of a failed transfer stayed behind");
            await _blocks.AllBackAsync($"{work} that ended at {at}");
        }
    }
}
