using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Modules;

/// <summary>The right to use an initialized module until disposed. Its functions may be called from any thread.</summary>
internal sealed class ModuleLease : IDisposable
{
    private readonly string _key;
    private int _released;

    internal ModuleLease(string key, CryptokiFunctions functions)
    {
        _key = key;
        Functions = functions;
    }

    /// <summary>The module's path with links resolved.</summary>
    public string Path => _key;

    public CryptokiFunctions Functions { get; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
            ModuleRegistry.Release(_key);
    }
}
