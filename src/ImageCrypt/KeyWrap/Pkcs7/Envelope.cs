namespace Coffer.ImageCrypt.KeyWrap.Pkcs7;

/// <summary>A parsed packet: CMS EnvelopedData, or AuthEnvelopedData as today's tools write for GCM.</summary>
internal sealed record Envelope
{
    /// <summary>Everyone it is addressed to, in packet order; never empty.</summary>
    public required IReadOnlyList<EnvelopeRecipient> Recipients { get; init; }

    /// <summary>The content cipher; null if it is not read, for <see cref="ContentRefusal"/>.</summary>
    public required ContentCipher? Cipher { get; init; }

    /// <summary>Why the content cannot be opened with whatever key.</summary>
    public required string? ContentRefusal { get; init; }

    /// <summary>The encrypted content; with GCM its tag stands at the end.</summary>
    public required byte[] Ciphertext { get; init; }

    /// <summary>What GCM authenticates beside the content; empty in EnvelopedData.</summary>
    public required byte[] AuthenticatedData { get; init; }
}

/// <summary>One RecipientInfo (RFC 5652 section 6.2).</summary>
internal sealed record EnvelopeRecipient
{
    /// <summary>Whom it names by certificate; null if it names a key id, or is of another kind.</summary>
    public CertificateId? Certificate { get; init; }

    /// <summary>The subject key identifier that names it instead.</summary>
    public byte[]? SubjectKeyId { get; init; }

    /// <summary>How its copy of the content key is sealed; null where <see cref="Refusal"/> says why it cannot be opened.</summary>
    public KeyTransport? Transport { get; init; }

    /// <summary>Why no key opens it here.</summary>
    public string? Refusal { get; init; }

    /// <summary>Its copy of the content key.</summary>
    public byte[] EncryptedKey { get; init; } = [];
}
