using System.Buffers.Binary;
using System.Globalization;

namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>One recipient of a message: a public-key encrypted session key packet.</summary>
/// <param name="Packet">The packet.</param>
/// <param name="KeyId">The key's id; 0 for a recipient who is not named.</param>
/// <param name="Algorithm">The public-key algorithm's number.</param>
/// <param name="Version">3, or a later one that is not opened.</param>
internal sealed record PgpRecipient(PgpPacket Packet, ulong KeyId, byte Algorithm, byte Version)
{
    /// <summary>The key id in 16 hex digits.</summary>
    public string Kid => KeyId.ToString("X16", CultureInfo.InvariantCulture);

    /// <summary>The algorithm's name.</summary>
    public string AlgorithmName
    {
        get
        {
            var name = Algorithm switch
            {
                1 or 2 => "RSA",
                16 or 20 => "ElGamal",
                18 => "ECDH",
                25 => "X25519",
                26 => "X448",
                _ => $"algorithm {Algorithm}",
            };
            return Version != 3 ? $"{name} (version {Version})" : KeyId == 0 ? $"{name} (anonymous)" : name;
        }
    }
}

/// <summary>An encrypted message, split into whom it is for and what it holds; nothing is decrypted here.</summary>
internal sealed class PgpMessage
{
    private readonly IReadOnlyList<PgpPacket> _packets;

    private PgpMessage(IReadOnlyList<PgpPacket> packets, IReadOnlyList<PgpRecipient> recipients, PgpPacket data)
    {
        _packets = packets;
        Recipients = recipients;
        Data = data;
    }

    /// <summary>In packet order.</summary>
    public IReadOnlyList<PgpRecipient> Recipients { get; }

    /// <summary>The encrypted data: always the last packet.</summary>
    public PgpPacket Data { get; }

    /// <summary>Reads a message: session keys, then exactly one packet of encrypted data.</summary>
    /// <exception cref="MalformedPacketException">Anything else.</exception>
    public static PgpMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        var packets = PgpPacketReader.Read(bytes);
        var recipients = new List<PgpRecipient>();
        PgpPacket? data = null;
        foreach (var packet in packets)
        {
            switch (packet.Tag)
            {
                case PgpTag.Marker or PgpTag.Padding:
                    break;
                case PgpTag.PublicKeySessionKey when data is null:
                    recipients.Add(ReadRecipient(packet));
                    break;
                case PgpTag.SymmetricKeySessionKey when data is null:
                    break;
                case PgpTag.IntegrityProtected or PgpTag.SymmetricallyEncrypted or PgpTag.GnuAead when data is null:
                    data = packet;
                    break;
                default:
                    throw PgpPacketReader.Malformed($"has a part (tag {(int)packet.Tag}) where none of its kind may stand");
            }
        }
        if (data is null) throw PgpPacketReader.Malformed("holds no encrypted data");
        if (recipients.Count == 0) throw PgpPacketReader.Malformed("is for no public key");
        return new PgpMessage(packets, recipients, data);
    }

    /// <summary>Why the encrypted data cannot be opened with any key; null if it can.</summary>
    public string? Unsupported => Data.Tag switch
    {
        PgpTag.SymmetricallyEncrypted => "the message has no integrity protection and is refused",
        PgpTag.GnuAead => "the message is in GnuPG's AEAD form, which is not supported (only SEIPD version 1 is)",
        _ => Data.Body.Length == 0 ? "the encrypted data are empty"
            : Data.Body.Span[0] != 1 ? $"the message is SEIPD version {Data.Body.Span[0]} (AEAD), which is not supported (only version 1 is)"
            : null,
    };

    /// <summary>A message for one recipient alone, which an OpenPGP library opens without choosing.</summary>
    public byte[] For(PgpRecipient recipient) => [.. recipient.Packet.Raw.Span, .. Data.Raw.Span];

    /// <summary>The message without one recipient, every other byte as it was; null if no public key is left.</summary>
    public byte[]? Without(int recipient)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(recipient);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(recipient, Recipients.Count);
        if (Recipients.Count == 1) return null;
        var cut = Recipients[recipient].Packet;
        return [.. _packets.Where(p => !ReferenceEquals(p, cut)).SelectMany(p => p.Raw.ToArray())];
    }

    private static PgpRecipient ReadRecipient(PgpPacket packet)
    {
        var body = packet.Body.Span;
        if (body.Length < 1) throw PgpPacketReader.Malformed("has an empty session key");
        if (body[0] == 3)
        {
            if (body.Length < 12) throw PgpPacketReader.Malformed("has a session key that is cut short");
            return new PgpRecipient(packet, BinaryPrimitives.ReadUInt64BigEndian(body[1..]), body[9], 3);
        }
        if (body[0] != 6 || body.Length < 3) return new PgpRecipient(packet, 0, 0, body[0]);

        // RFC 9580 section 5.1.2: a length, the key's version and its fingerprint, then the algorithm.
        var length = body[1];
        if (body.Length < length + 3) throw PgpPacketReader.Malformed("has a session key that is cut short");
        var fingerprint = length > 1 ? body[3..(length + 2)] : [];
        var keyId = fingerprint.Length switch
        {
            32 => BinaryPrimitives.ReadUInt64BigEndian(fingerprint),
            20 => BinaryPrimitives.ReadUInt64BigEndian(fingerprint[12..]),
            _ => 0UL,
        };
        return new PgpRecipient(packet, keyId, body[length + 2], 6);
    }
}
