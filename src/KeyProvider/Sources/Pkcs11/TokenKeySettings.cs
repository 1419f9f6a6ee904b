namespace Coffer.KeyProvider.Sources.Pkcs11;

/// <summary>One key in a token.</summary>
/// <param name="Name">Id and version under which packets name it.</param>
/// <param name="Place">The absolute path of an ocicrypt key file (YAML, or a <c>pkcs11:</c> URI), or such a URI without a PIN of its own.</param>
public sealed record TokenKeySettings(VersionedKeyName Name, string Place)
{
    /// <summary>Whether <see cref="Place"/> is a URI.</summary>
    public bool IsUri => MeansUri(Place);

    internal static bool MeansUri(string place) => place.StartsWith("pkcs11:", StringComparison.Ordinal);
}
