using System.Text;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.KeyWrap.Pkcs11;
using Coffer.Pkcs11.Keys;
using CsCheck;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Pkcs11;

public sealed class Pkcs11PacketTests
{
    [Fact]
    public void A_packet_is_written_as_ocicrypt_writes_it()
    {
        var packet = Pkcs11Packet.Write([([0xfb, 0xff], OaepHash.Sha1), ([1], OaepHash.Sha256)]);
        Assert.Equal("""{"version":0,"recipients":[{"version":0,"blob":"+/8=","hash":"sha1"},{"version":0,"blob":"AQ==","hash":"sha256"}]}""",
            Encoding.UTF8.GetString(packet));
    }

    [Theory]
    [InlineData("""{"version":0,"recipients":[{"version":0,"blob":"AQID"}]}""")]
    [InlineData("""{"version":0,"recipients":[{"version":0,"blob":"AQID","hash":""}]}""")]
    [InlineData("""{"version":0,"recipients":[{"version":0,"blob":"AQ\r\nID","hash":"sha1"}]}""")]
    [InlineData("""{"recipients":[{"blob":"AQID","hash":null}],"more":{}}""")]
    public void A_missing_hash_means_sha1_and_line_breaks_are_ignored(string json)
    {
        var recipient = Assert.Single(Pkcs11Packet.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Null(recipient.Problem);
        Assert.Equal(OaepHash.Sha1, recipient.Hash);
        Assert.Equal([1, 2, 3], recipient.Blob);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version":0,"recipients":[]}""")]
    [InlineData("""{"version":0,"recipients":{}}""")]
    [InlineData("""{"version":1,"recipients":[{"version":0,"blob":"AQID"}]}""")]
    [InlineData("""{"version":-1,"recipients":[{"version":0,"blob":"AQID"}]}""")]
    [InlineData("""{"version":"0","recipients":[{"version":0,"blob":"AQID"}]}""")]
    [InlineData("""{"version":0,"recipients":[{"blob":"AQID"}],"recipients":[{"blob":"AQID"}]}""")]
    [InlineData("""{"version":0,"recipients":[{"blob":"AQID"}]} x""")]
    [InlineData("""{"version":0,"recipients":[[[[[[[[[[]]]]]]]]]]}""")]
    public void What_is_no_packet_is_refused(string json) =>
        Assert.Throws<MalformedPacketException>(() => Pkcs11Packet.Read(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void The_number_of_recipients_and_the_length_are_bounded()
    {
        var many = Pkcs11Packet.Write(Enumerable.Repeat((new byte[] { 1 }, OaepHash.Sha1), 257));
        Assert.Contains("257 recipients", Assert.Throws<MalformedPacketException>(() => Pkcs11Packet.Read(many)).Message, StringComparison.Ordinal);
        Assert.Throws<MalformedPacketException>(() => Pkcs11Packet.Read(new byte[1024 * 1024 + 1]));
    }

    [Theory]
    [InlineData("3", "not a JSON object")]
    [InlineData("""{"version":7,"blob":"AQID"}""", "version 7")]
    [InlineData("""{"version":[],"blob":"AQID"}""", "version is not a number")]
    [InlineData("""{"version":0}""", "no blob")]
    [InlineData("""{"blob":5}""", "no blob")]
    [InlineData("""{"blob":""}""", "base64")]
    [InlineData("""{"blob":"!!"}""", "base64")]
    [InlineData("""{"blob":"\ud800"}""", "base64")]
    [InlineData("""{"blob":"AQID","hash":"md5"}""", "'md5' is neither sha1 nor sha256")]
    [InlineData("""{"blob":"AQID","hash":1}""", "hash is not a text")]
    [InlineData("""{"blob":"AQID","hash":"\ud800"}""", "hash is not a text")]
    public void A_bad_recipient_does_not_spoil_the_others(string bad, string problem)
    {
        var read = Pkcs11Packet.Read(Encoding.UTF8.GetBytes($$"""{"version":0,"recipients":[{{bad}},{"version":0,"blob":"AQID","hash":"sha256"}]}"""));
        Assert.Contains(problem, read[0].Problem, StringComparison.Ordinal);
        Assert.Null(read[1].Problem);
        Assert.Equal("RSA-OAEP sha256 24", read[1].Algorithm);
    }

    [Fact]
    public void Removing_a_recipient_keeps_everything_else()
    {
        var packet = """{"x":[1.50],"version":0,"recipients":[{"blob":"AQ=="},{"version":0,"blob":"Ag+/","hash":"sha1","y":"<é>"},{"blob":"Aw=="}]}"""u8.ToArray();
        Assert.Equal("""{"x":[1.50],"version":0,"recipients":[{"blob":"AQ=="},{"blob":"Aw=="}]}""", Encoding.UTF8.GetString(Pkcs11Packet.Without(packet, 1)!));
        Assert.Equal("""{"x":[1.50],"version":0,"recipients":[{"version":0,"blob":"Ag+/","hash":"sha1","y":"<é>"},{"blob":"Aw=="}]}""",
            Encoding.UTF8.GetString(Pkcs11Packet.Without(packet, 0)!));
        Assert.Null(Pkcs11Packet.Without("""{"version":0,"recipients":[{"blob":"AQ=="}]}"""u8.ToArray(), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pkcs11Packet.Without(packet, 3));
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_the_documented_exception()
    {
        string[] pieces = ["{", "}", "[", "]", "\"version\"", ":", "0", "1", ",", "\"recipients\"", "\"blob\"", "\"AQ==\"", "\"hash\"", "\"sha1\"", "null", "-", "1e9", "\"\\ud800\"", "\u00ff"];
        Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[0, 12].Sample(parts =>
        {
            var text = string.Concat(parts);
            foreach (var packet in new[] { text, $$"""{"version":0,"recipients":[{{text}}]}""" })
            {
                try
                {
                    _ = Pkcs11Packet.Read(Encoding.UTF8.GetBytes(packet));
                }
                catch (MalformedPacketException)
                {
                    // the documented one
                }
            }
        }, iter: 20_000);
    }
}
