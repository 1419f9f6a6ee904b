using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.KeyWrap.Pgp;
using CsCheck;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Pgp;

public sealed class PgpPacketTests
{
    [Fact]
    public void Old_new_and_partial_lengths_are_read()
    {
        byte[] message =
        [
            0x80 | (10 << 2), 3, 1, 2, 3,
            0x81 | (10 << 2), 0, 2, 4, 5,
            0xc0 | 10, 1, 6,
            0xc0 | 18, 0xe1, 1, 7, 0xe0, 8, 1, 9,
        ];

        var packets = PgpPacketReader.Read(message);

        Assert.Equal([3, 2, 1, 4], packets.Select(p => p.Body.Length));
        Assert.Equal([1, 7, 8, 9], packets[3].Body.ToArray());
        Assert.Equal(message, packets.SelectMany(p => p.Raw.ToArray()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2d2d2d2d2d")]
    [InlineData("00")]
    [InlineData("d2")]
    [InlineData("d2ff")]
    [InlineData("d2ffffffffff01")]
    [InlineData("d2feff")]
    [InlineData("86ffffffff")]
    [InlineData("d20101")]
    [InlineData("c101d20101")]
    [InlineData("c10103d20101")]
    [InlineData("c10c030102030405060708010000d20101d20101")]
    [InlineData("c10c030102030405060708010000cb0101")]
    public void Other_bytes_are_malformed(string hex) =>
        Assert.Throws<MalformedPacketException>(() => PgpMessage.Parse(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("c10c030102030405060708010000d20102", "SEIPD version 2")]
    [InlineData("c10c030102030405060708010000d40101", "GnuPG's AEAD")]
    [InlineData("c10c030102030405060708010000c90101", "no integrity protection")]
    public void What_is_not_supported_is_named(string hex, string reason) =>
        Assert.Contains(reason, PgpMessage.Parse(Convert.FromHexString(hex)).Unsupported, StringComparison.Ordinal);

    [Fact]
    public void Huge_and_crowded_messages_are_refused()
    {
        Assert.Throws<MalformedPacketException>(() => PgpPacketReader.Read(new byte[PgpPacketReader.MaxMessage + 1]));
        Assert.Throws<MalformedPacketException>(() => PgpPacketReader.Read(Enumerable.Repeat((byte[])[0xca, 0], 1000).SelectMany(b => b).ToArray()));
    }

    [Fact]
    public void Hostile_bytes_bring_no_other_exception() => Gen.Byte.Array[0, 300].Sample(
        bytes =>
        {
            if (bytes.Length > 0) bytes[0] |= 0x80;
            try
            {
                PgpMessage.Parse(bytes);
            }
            catch (MalformedPacketException)
            {
                // The documented one.
            }
        },
        iter: 20_000);

    [Fact]
    public void Hostile_keyrings_bring_no_other_exception() => Gen.Byte.Array[1, 300].Sample(
        bytes =>
        {
            byte[] tags = [0x94, 0x95, 0x98, 0x99, 0xc5, 0xc6];
            bytes[0] = tags[bytes[0] % tags.Length];
            try
            {
                PgpKeyrings.ReadSecret(bytes);
                PgpKeyrings.ReadPublic(bytes);
            }
            catch (FormatException)
            {
                // The documented one.
            }
        },
        iter: 5_000);
}
