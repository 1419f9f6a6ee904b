namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>The packet tags that matter here (RFC 4880 section 4.3, RFC 9580 section 5).</summary>
internal enum PgpTag
{
    PublicKeySessionKey = 1,
    Signature = 2,
    SymmetricKeySessionKey = 3,
    OnePassSignature = 4,
    Compressed = 8,
    SymmetricallyEncrypted = 9,
    Marker = 10,
    Literal = 11,
    IntegrityProtected = 18,
    GnuAead = 20,
    Padding = 21,
}

/// <summary>One packet of a message.</summary>
/// <param name="Tag">What it is.</param>
/// <param name="Raw">Header and body as they stand.</param>
/// <param name="Body">The body; of a packet in partial lengths, its pieces joined.</param>
internal sealed record PgpPacket(PgpTag Tag, ReadOnlyMemory<byte> Raw, ReadOnlyMemory<byte> Body);
