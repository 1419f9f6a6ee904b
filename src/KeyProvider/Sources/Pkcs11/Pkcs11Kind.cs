namespace Coffer.KeyProvider.Sources.Pkcs11;

/// <summary>How the PKCS #11 source is configured and opened.</summary>
internal static class Pkcs11Kind
{
    /// <summary>The line for <see cref="SourceKinds"/>.</summary>
    public static SourceKind Kind { get; } = new(Pkcs11Settings.TypeName, Pkcs11Settings.Read, (settings, _) => ValueTask.FromResult<IKeySource>(Pkcs11Source.Open((Pkcs11Settings)settings)));
}
