namespace Coffer.ImageCrypt.KeyWrap;

/// <summary>What a packet tells of one recipient without any key. Members that a scheme cannot know are null.</summary>
/// <param name="Scheme">Such as <c>jwe</c>.</param>
public sealed record RecipientDescription(string Scheme)
{
    /// <summary>The key-wrap algorithm in the scheme's own terms, such as <c>RSA-OAEP</c> or <c>ECDH-ES+A256KW P-256</c>.</summary>
    public string? Algorithm { get; init; }

    /// <summary>A JOSE key id, or an OpenPGP key id in 16 hex digits.</summary>
    public string? Kid { get; init; }

    /// <summary>The issuer's distinguished name of a certificate (RFC 4514 order as .NET prints it).</summary>
    public string? Issuer { get; init; }

    /// <summary>The serial number of a certificate in hex.</summary>
    public string? Serial { get; init; }

    /// <summary>The name of a key provider.</summary>
    public string? Provider { get; init; }

    /// <summary>The key id inside a provider's packet, where its form is known (<c>kid</c>, <c>key_url</c>, …).</summary>
    public string? KeyId { get; init; }
}
