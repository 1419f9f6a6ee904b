using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.KeyWrap.Pkcs11;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>The built-in schemes in their order, with an environment of the vectors' own.</summary>
internal static class VectorSchemes
{
    /// <param name="folder">Gets the provider's configuration.</param>
    /// <param name="hash">The OAEP hash that is written for tokens; null for the default.</param>
    public static IReadOnlyList<IKeyWrapScheme> Make(TempDirectory folder, string? hash = null)
    {
        var config = folder.Write("providers.json", $$$"""{"key-providers":{"vector":{"cmd":{"path":"/bin/sh","args":["{{{VectorFolder.Key("provider.sh")}}}"]} } } }""");
        return [.. BuiltInSchemes.All.Select(s => s.Name switch
        {
            "pkcs11" => new Pkcs11Scheme(name => name switch { "OCICRYPT_CONFIG" => "internal", "OCICRYPT_OAEP_HASHALG" => hash, _ => null }),
            "provider" => new ProviderScheme(TimeProvider.System, () => config),
            _ => s,
        })];
    }
}
