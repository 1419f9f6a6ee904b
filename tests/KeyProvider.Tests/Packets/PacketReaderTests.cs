using System.Text;
using Coffer.KeyProvider.Packets;

namespace Coffer.KeyProvider.Tests.Packets;

public sealed class PacketReaderTests
{
    private const string Iv = "AAECAwQFBgcICQoL";
    private const string Data = "AAECAwQFBgcICQoLDA0ODxAREhM="; // 20 bytes

    // {"cipher_text":"AAECAwQFBgcICQoLDA0ODxAREhM=","nonce":"AAECAwQFBgcICQoL"}
    private static readonly string SeclInner = Base64($$"""{"cipher_text":"{{Data}}","nonce":"{{Iv}}"}""");

    [Fact]
    public void The_first_form_of_Confidential_Containers_is_read()
    {
        var packet = Read($$"""{"kid":"kbs:///default/image-kek/1","wrapped_data":"{{Data}}","iv":"{{Iv}}","wrap_type":"A256GCM"}""");

        Assert.Equal((PacketFamily.CocoV1, "kbs:///default/image-kek/1"), (packet.Family, packet.KeyId));
        Assert.Equal((12, 20, 19), (packet.Iv.Length, packet.WrappedData.Length, packet.WrappedData[^1]));
    }

    [Theory]
    [InlineData("\"version\":\"0.1.0\",\"provider\":\"kbs\",\"provider_settings\":{},\"annotations\":{}")]
    [InlineData("\"version\":\"0.1.0\"")]
    [InlineData("\"provider\":\"kbs\"")]
    [InlineData("\"provider_settings\":{\"a\":1}")]
    [InlineData("\"annotations\":null")]
    public void Their_second_form_is_told_by_the_members_that_only_it_has(string members)
    {
        var packet = Read($$"""{"kid":"kbs:///a/b/c",{{members}},"wrapped_data":"{{Data}}","iv":"{{Iv}}","wrap_type":"A256GCM"}""");

        Assert.Equal(PacketFamily.CocoV2, packet.Family);
    }

    [Fact]
    public void The_packets_of_SecL_are_read()
    {
        var packet = Read($$"""{"key_url":"https://kbs.example:9443/kbs/v1/keys/0f8e2f6c-1111-4a7b-8c1d-2a1f2f3a4b5c/transfer","wrapped_key":"{{SeclInner}}","wrap_type":"AES"}""");

        Assert.Equal((PacketFamily.Secl, 12, 20), (packet.Family, packet.Iv.Length, packet.WrappedData.Length));
        Assert.EndsWith("/transfer", packet.KeyId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("\u0001\u0002", "it is not JSON")]
    [InlineData("{", "it is not JSON")]
    [InlineData("{} {}", "it is not JSON")]
    [InlineData("[]", "it is not a JSON object")]
    [InlineData("null", "it is not a JSON object")]
    [InlineData("{}", "it has neither kid nor key_url")]
    [InlineData("{\"symkeyoptions\":{}}", "it has neither kid nor key_url")]
    [InlineData("{\"kid\":\"a\",\"key_url\":\"b\"}", "it has both kid and key_url")]
    [InlineData("{\"kid\":\"a\",\"kid\":\"b\"}", "kid stands twice")]
    [InlineData("{\"Kid\":\"a\"}", "it has a member 'Kid' where 'kid' is meant")]
    [InlineData("{\"kid\":\"a\",\"KID\":\"b\"}", "it has a member 'KID' where 'kid' is meant")]
    [InlineData("{\"kid\":7}", "wrap_type is missing|kid is not a text")]
    [InlineData("{\"kid\":\"a\"}", "wrap_type is missing")]
    [InlineData("{\"kid\":\"a\",\"wrap_type\":\"A256CTR\"}", "its wrap_type is A256CTR, which is not authenticated")]
    [InlineData("{\"kid\":\"a\",\"wrap_type\":\"ROT13\"}", "its wrap_type is 'ROT13'; A256GCM is read")]
    [InlineData("{\"kid\":\"\",\"wrap_type\":\"A256GCM\"}", "kid is empty")]
    [InlineData("{\"kid\":\"a\\u001b[31m\",\"wrap_type\":\"A256GCM\"}", "kid holds characters that cannot be printed")]
    [InlineData("{\"kid\":\"\\ud800\",\"wrap_type\":\"A256GCM\"}", "it is not JSON")]
    [InlineData("{\"kid\":\"a\",\"wrap_type\":\"A256GCM\"}", "iv is missing")]
    [InlineData("{\"kid\":\"a\",\"wrap_type\":\"A256GCM\",\"iv\":\"AAAA\"}", "iv has 3 bytes instead of 12")]
    [InlineData("{\"kid\":\"a\",\"wrap_type\":\"A256GCM\",\"iv\":\"AAECAwQFBgcICQoLAA==\"}", "iv has 13 bytes instead of 12")]
    [InlineData("{\"kid\":\"a\",\"wrap_type\":\"A256GCM\",\"iv\":[0,1,2,3,4,5,6,7,8,9,10,11]}", "iv is not base64")]
    [InlineData("{\"kid\":\"a\",\"wrap_type\":\"A256GCM\",\"iv\":\"AAECAwQFBgcICQoL\"}", "wrapped_data is missing")]
    [InlineData("{\"kid\":\"a\",\"wrap_type\":\"A256GCM\",\"iv\":\"AAECAwQFBgcICQoL\",\"wrapped_data\":\"AAECAwQFBgcICQoLDA0ODw==\"}", "wrapped_data has 16 bytes, too few")]
    [InlineData("{\"kid\":\"a\",\"wrap_type\":\"A256GCM\",\"iv\":\"AAECAwQFBgcICQoL\",\"wrapped_data\":\"_-_-\"}", "wrapped_data is not base64")]
    [InlineData("{\"kid\":\"a\",\"version\":\"9\"}", "its version is '9'; 0.1.0 is read")]
    [InlineData("{\"kid\":\"a\",\"provider_settings\":[]}", "provider_settings is not an object")]
    [InlineData("{\"key_url\":\"a\"}", "wrap_type is missing")]
    [InlineData("{\"key_url\":\"a\",\"wrap_type\":\"gcpkms\"}", "its wrap_type is 'gcpkms'; AES is read beside a key_url")]
    [InlineData("{\"key_url\":\"a\",\"wrap_type\":\"AES\"}", "wrapped_key is missing")]
    [InlineData("{\"key_url\":\"a\",\"wrap_type\":\"AES\",\"wrapped_key\":\"AAAA\"}", "wrapped_key holds no JSON")]
    [InlineData("{\"key_url\":\"a\",\"wrap_type\":\"AES\",\"wrapped_key\":\"W10=\"}", "wrapped_key holds no JSON object")]
    [InlineData("{\"key_url\":\"a\",\"wrap_type\":\"AES\",\"wrapped_key\":\"e30=\"}", "nonce is missing")]
    [InlineData("{\"key_url\":\"a\",\"wrap_type\":\"AES\",\"wrapped_key\":\"eyJub25jZSI6IiIsIm5vbmNlIjoiIn0=\"}", "nonce stands twice")]
    public void What_cannot_be_read_in_one_way_only_is_refused_with_the_place(string json, string expected)
    {
        var failure = Assert.Throws<KeyProviderException>(() => Read(json));

        Assert.Equal(FailureReason.BadRequest, failure.Reason);
        Assert.StartsWith("the annotation packet cannot be read: ", failure.Message, StringComparison.Ordinal);
        Assert.True(expected.Split('|').Any(e => failure.Message.Contains(e, StringComparison.Ordinal)), failure.Message);
    }

    [Theory]
    [InlineData("aliyun")]
    [InlineData("aws")]
    [InlineData("ehsm")]
    public void A_cloud_services_packet_is_named_as_not_served_here(string provider)
    {
        var failure = Assert.Throws<KeyProviderException>(() => Read($$"""{"version":"0.1.0","provider":"{{provider}}","provider_settings":{},"kid":"key-1","wrapped_data":"{{Data}}"}"""));

        Assert.Equal(FailureReason.UnknownKey, failure.Reason);
        Assert.Contains($"'{provider}', which is not served here (key key-1)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Size_and_depth_are_bounded()
    {
        var large = Read($$"""{"kid":"{{new string('k', 2048)}}","wrapped_data":"{{Data}}","iv":"{{Iv}}","wrap_type":"A256GCM"}""");

        Assert.Equal(2048, large.KeyId.Length);
        Refused($$"""{"kid":"{{new string('k', 2049)}}","wrapped_data":"{{Data}}","iv":"{{Iv}}","wrap_type":"A256GCM"}""", "kid has 2049 characters");
        Refused($$"""{"kid":"a","x":"{{new string('k', 65536)}}"}""", "at most 65536 are read");
        Refused($$"""{"kid":"a","x":{{new string('[', 20)}}{{new string(']', 20)}}}""", "it is not JSON");
    }

    [Fact]
    public void Members_that_nobody_knows_are_left_alone() =>
        Assert.Equal("a", Read($$"""{"later":{"x":[1]},"kid":"a","wrapped_data":"{{Data}}","iv":"{{Iv}}","wrap_type":"A256GCM"}""").KeyId);

    private static void Refused(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<KeyProviderException>(() => Read(json)).Message, StringComparison.Ordinal);

    private static AnnotationPacket Read(string json) => PacketReader.Read(Encoding.UTF8.GetBytes(json));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
