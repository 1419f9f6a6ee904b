using System.Text.Json.Nodes;
using Coffer.Attestation.Sample;

namespace Coffer.Attestation.Tests.Protocol.Client;

/// <summary>A sample attester of a machine whose state a test changes.</summary>
internal sealed class StatefulAttester : IAttester
{
    private readonly SampleAttester _sample = new();

    public string State { get; set; } = "booted";

    public string Tee => _sample.Tee;

    public Task<ITeeKey> OpenKeyAsync(CancellationToken cancellationToken) => _sample.OpenKeyAsync(cancellationToken);

    public Task<JsonObject> CollectAsync(ReadOnlyMemory<byte> digest, ITeeKey key, CancellationToken cancellationToken) => _sample.CollectAsync(digest, key, cancellationToken);

    public Task<string> ReadStateAsync(CancellationToken cancellationToken) => Task.FromResult(State);
}
