using Coffer.Interop;
using Coffer.Interop.Images;
using Coffer.Interop.Keys;
using Coffer.Support;

[assembly: AssemblyFixture(typeof(Bench))]

namespace Coffer.Interop;

/// <summary>What all tests of the run share: keys, original images, one registry. Each is made when a test first asks for it.</summary>
public sealed class Bench : IAsyncDisposable
{
    private readonly Lazy<Originals> _originals = new(() => new Originals());
    private readonly Lazy<Task<DockerRegistry>> _registry = new(() => DockerRegistry.StartAsync());

    internal KeyRing Keys { get; } = new();

    internal Originals Originals => _originals.Value;

    internal Task<DockerRegistry> RegistryAsync() => _registry.Value;

    /// <summary>Ends the registry and removes keys and images.</summary>
    public async ValueTask DisposeAsync()
    {
        await Keys.DisposeAsync();
        if (_originals.IsValueCreated)
            _originals.Value.Dispose();
        if (_registry.IsValueCreated && _registry.Value.IsCompletedSuccessfully)
            await (await _registry.Value).DisposeAsync();
    }
}
