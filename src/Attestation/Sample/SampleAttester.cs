using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;

namespace Coffer.Attestation.Sample;

/// <summary>Attests to nothing at all. For trying the protocol where there is no TEE; brokers refuse it unless told otherwise.</summary>
internal sealed class SampleAttester : IAttester
{
    /// <inheritdoc/>
    public string Tee => TeeNames.Sample;

    /// <inheritdoc/>
    public Task<ITeeKey> OpenKeyAsync(CancellationToken cancellationToken) => Task.FromResult<ITeeKey>(SoftwareTeeKey.Create());

    /// <inheritdoc/>
    public Task<JsonObject> CollectAsync(ReadOnlyMemory<byte> digest, ITeeKey key, CancellationToken cancellationToken) => Task.FromResult(SampleEvidence.Create(digest.Span));

    /// <inheritdoc/>
    public Task<string> ReadStateAsync(CancellationToken cancellationToken) => Task.FromResult("sample");
}
