namespace Coffer.ImageCrypt;

/// <summary>The annotation names and the media-type suffix of encrypted layers (facts of the ocicrypt format).</summary>
public static class EncAnnotations
{
    /// <summary>What every annotation of the format starts with.</summary>
    public const string Prefix = "org.opencontainers.image.enc.";

    /// <summary>What every recipient annotation starts with.</summary>
    public const string KeysPrefix = Prefix + "keys.";

    /// <summary>JWE packets.</summary>
    public const string Jwe = KeysPrefix + "jwe";

    /// <summary>PKCS#7 packets.</summary>
    public const string Pkcs7 = KeysPrefix + "pkcs7";

    /// <summary>OpenPGP packets.</summary>
    public const string Pgp = KeysPrefix + "pgp";

    /// <summary>PKCS#11 packets.</summary>
    public const string Pkcs11 = KeysPrefix + "pkcs11";

    /// <summary>Packets of a key provider: this and the provider's name.</summary>
    public const string ProviderPrefix = KeysPrefix + "provider.";

    /// <summary>The public options: one base64 item, never a list.</summary>
    public const string PublicOptions = Prefix + "pubopts";

    /// <summary>What the media type of an encrypted layer ends with.</summary>
    public const string MediaTypeSuffix = "+encrypted";

    /// <summary>True for an encrypted layer's media type.</summary>
    public static bool IsEncrypted(string mediaType) => mediaType.EndsWith(MediaTypeSuffix, StringComparison.Ordinal);
}
