using Coffer.Interop.Peering;

namespace Coffer.Interop.Matrix;

/// <summary>The matrix with this peer.</summary>
public sealed class Buildah139Tests(Bench bench) : MatrixTests(bench)
{
    public static TheoryData<string> Runs => RunsOf(Peer.Buildah139);

    [Theory]
    [MemberData(nameof(Runs))]
    public Task Layers_come_back_as_they_were(string run) => ExecuteAsync(run);
}
