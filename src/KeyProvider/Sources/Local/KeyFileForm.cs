namespace Coffer.KeyProvider.Sources.Local;

/// <summary>How a key file holds its 32 bytes.</summary>
public enum KeyFileForm
{
    /// <summary>The 32 bytes themselves.</summary>
    Raw,

    /// <summary>As base64 text, of either alphabet, with or without padding; white space around it does not count.</summary>
    Base64,

    /// <summary>As 64 hexadecimal digits; for import only.</summary>
    Hex,

    /// <summary>A JSON Web Key of type <c>oct</c> (RFC 7518 section 6.4).</summary>
    Jwk,
}
