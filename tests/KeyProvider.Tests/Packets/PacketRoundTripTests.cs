using System.Security.Cryptography;
using System.Text;
using Coffer.KeyProvider.Packets;
using CsCheck;

namespace Coffer.KeyProvider.Tests.Packets;

public sealed class PacketRoundTripTests
{
    private static readonly Gen<string> KeyIds = Gen.String[Gen.Char["abzAZ09/:._-+\"\\<>&' äß漢"], 1, 60];

    [Fact]
    public void What_was_sealed_and_written_reads_and_opens_as_it_was() =>
        Gen.Select(KeyIds, Gen.Byte.Array[32], Gen.Byte.Array[1, 2000]).Sample((id, key, options) =>
        {
            var bytes = PacketWriter.Write(PacketCipher.Seal(id, key, options));
            var packet = PacketReader.Read(bytes);

            return packet.Family == PacketFamily.CocoV1 && packet.KeyId == id && PacketCipher.Open(packet, key).SequenceEqual(options);
        }, iter: 500);

    [Fact]
    public void No_changed_bit_goes_unnoticed() =>
        Gen.Select(Gen.Byte.Array[1, 100], Gen.Int[0, 12 + 100 + 16 - 1], Gen.Int[0, 7]).Sample((options, at, bit) =>
        {
            var key = new byte[32];
            var packet = PacketCipher.Seal("k", key, options);
            var target = at < 12 ? packet.Iv : packet.WrappedData;
            target[at < 12 ? at : (at - 12) % target.Length] ^= (byte)(1 << bit);

            return Assert.Throws<KeyProviderException>(() => PacketCipher.Open(packet, key)).Reason == FailureReason.Integrity;
        }, iter: 500);

    [Fact]
    public void It_is_written_as_Confidential_Containers_write_it()
    {
        var packet = new AnnotationPacket(PacketFamily.Secl, "coffer-local:///team-a/1", new byte[12], [0xfb, 0xff, .. new byte[16]]);

        Assert.Equal("""{"kid":"coffer-local:///team-a/1","wrapped_data":"+/8AAAAAAAAAAAAAAAAAAAAA","iv":"AAAAAAAAAAAAAAAA","wrap_type":"A256GCM"}""", Encoding.UTF8.GetString(PacketWriter.Write(packet)));
    }

    [Fact]
    public void Two_packets_of_one_thing_have_different_nonces() =>
        Assert.NotEqual(PacketCipher.Seal("k", new byte[32], [1]).Iv, PacketCipher.Seal("k", new byte[32], [1]).Iv);

    [Fact]
    public void Another_key_of_that_name_is_an_integrity_failure_that_names_it()
    {
        var packet = PacketCipher.Seal("coffer-local:///a/1", new byte[32], [1]);

        var failure = Assert.Throws<KeyProviderException>(() => PacketCipher.Open(packet, RandomNumberGenerator.GetBytes(32)));

        Assert.Equal((FailureReason.Integrity, "the packet does not open under key coffer-local:///a/1"), (failure.Reason, failure.Message));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(32768, true)]
    [InlineData(32769, false)]
    public void Private_options_are_bounded_so_that_their_packet_can_be_read(int length, bool fits)
    {
        if (fits) Assert.Equal(length, PacketCipher.Open(PacketReader.Read(PacketWriter.Write(PacketCipher.Seal(new string('k', 2048), new byte[32], new byte[length]))), new byte[32]).Length);
        else Assert.Equal(FailureReason.BadRequest, Assert.Throws<KeyProviderException>(() => PacketCipher.Seal("k", new byte[32], new byte[length])).Reason);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_key_of_another_size_is_no_key(int size) => Assert.Throws<ArgumentException>(() => PacketCipher.Seal("k", new byte[size], [1]));
}
