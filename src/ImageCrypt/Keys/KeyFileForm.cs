namespace Coffer.ImageCrypt.Keys;

/// <summary>The outermost form of a key file.</summary>
internal enum KeyFileForm
{
    /// <summary>None of the others.</summary>
    Unknown,

    /// <summary>Nothing but white space.</summary>
    Empty,

    /// <summary>One PEM block or several.</summary>
    Pem,

    /// <summary>An ASN.1 sequence.</summary>
    Der,

    /// <summary>A JSON object.</summary>
    Json,

    /// <summary>A PKCS#11 key file in YAML, or a bare <c>pkcs11:</c> URI.</summary>
    Pkcs11,

    /// <summary>An OpenPGP secret keyring, binary or armored.</summary>
    PgpSecret,

    /// <summary>A binary OpenPGP public keyring.</summary>
    PgpPublic,
}

/// <summary>Tells key files apart by their content; their names say nothing.</summary>
internal static class KeyFileSniffer
{
    private const int SecretKeyPacket = 5;
    private const int PublicKeyPacket = 6;

    /// <summary>The file without a byte order mark and white space around it.</summary>
    public static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> file)
    {
        var text = file.Span.StartsWith("\uFEFF"u8) ? file[3..] : file;
        return text.Trim(" \t\r\n"u8);
    }

    /// <summary>The form of a file; <see cref="Trim"/> comes first for texts, never for binary forms.</summary>
    public static KeyFileForm Sniff(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty) return KeyFileForm.Empty;
        if (file[0] == 0x30) return KeyFileForm.Der;
        if (PgpPacket(file) is { } tag) return tag == SecretKeyPacket ? KeyFileForm.PgpSecret : KeyFileForm.PgpPublic;
        var text = Trim(file.ToArray()).Span;
        if (text.IsEmpty) return KeyFileForm.Empty;
        if (text.IndexOf("-----BEGIN PGP PRIVATE KEY BLOCK-----"u8) >= 0) return KeyFileForm.PgpSecret;
        if (text[0] == '{') return KeyFileForm.Json;
        if (ForeignKeyFile.Recognize(text) is not null) return KeyFileForm.Unknown;
        if (Pem.PemReader.Contains(text)) return KeyFileForm.Pem;
        return IsPkcs11(text) ? KeyFileForm.Pkcs11 : KeyFileForm.Unknown;
    }

    // RFC 9580 section 4.2: the tag of the first packet, if its header is sound and a key version follows.
    private static int? PgpPacket(ReadOnlySpan<byte> file)
    {
        if (file.Length < 8 || (file[0] & 0x80) == 0) return null;
        var isNew = (file[0] & 0x40) != 0;
        var tag = isNew ? file[0] & 0x3F : (file[0] >> 2) & 0x0F;
        var body = isNew
            ? file[1] switch { < 192 => 2, < 224 => 3, 255 => 6, _ => 2 }
            : (file[0] & 3) switch { 0 => 2, 1 => 3, 2 => 5, _ => 1 };
        return tag is SecretKeyPacket or PublicKeyPacket && file[body] is >= 2 and <= 6 ? tag : null;
    }

    // A YAML mapping with the member "pkcs11" at its top, or nothing but a URI.
    private static bool IsPkcs11(ReadOnlySpan<byte> text)
    {
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (line.StartsWith("pkcs11:"u8) || line.StartsWith("\"pkcs11\":"u8) || line.StartsWith("'pkcs11':"u8)) return true;
        }
        return false;
    }
}
