namespace Coffer.ImageCrypt.KeyWrap;

/// <summary>
/// Every scheme, in the order in which packets are tried: local software keys first, then tokens, then providers,
/// which may cost a network call.
/// </summary>
public static class BuiltInSchemes
{
    /// <summary>The schemes.</summary>
    public static IReadOnlyList<IKeyWrapScheme> All { get; } =
    [
        new Jwe.JweScheme(),
        new Pkcs7.Pkcs7Scheme(),
        new Pgp.PgpScheme(TimeProvider.System),
        new Pkcs11.Pkcs11Scheme(),
        new Provider.ProviderScheme(TimeProvider.System),
    ];
}
