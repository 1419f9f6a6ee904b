using Coffer.KeyProvider.Sources;

namespace Coffer.KeyProvider.Tests.Sources;

/// <summary>The local source keeps the contract.</summary>
public sealed class LocalSourceContractTests : KeySourceContract, IDisposable
{
    private readonly KeyFolder _folder = new();

    public LocalSourceContractTests()
    {
        _folder.AddRaw("team-a.3.key");
        _folder.AddRaw("team-b.1.key");
    }

    public void Dispose() => _folder.Dispose();

    protected override Task<IKeySource> OpenAsync() => Task.FromResult<IKeySource>(_folder.Open("team-a"));
}
