using System.Text;
using Coffer.ImageCrypt.StreamProcessor;
using Coffer.Oci;
using Coffer.Support;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Coffer.ImageCrypt.Tests.StreamProcessor;

public sealed class ProcessorPayloadTests
{
    private const string Descriptor = """{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip+encrypted","digest":"sha256:06a6ecce7be0d9cc4197bd07f96e5d828e1c29b6983ed49cc577c961fc2a78b3","size":31,"annotations":{"org.opencontainers.image.enc.pubopts":"e30="}}""";

    [Theory]
    [InlineData("""{"DecryptConfig":{"Parameters":null},"Descriptor":DESCRIPTOR}""", 0)]
    [InlineData("""{"Descriptor":DESCRIPTOR}""", 0)]
    [InlineData("""{"decryptconfig":{"parameters":{"privkeys":["AAEC",null,[1,2]],"kms":null}},"descriptor":DESCRIPTOR}""", 3)]
    public void Payload_is_read_as_go_writes_it(string json, int parameters)
    {
        using var payload = ProcessorPayload.Read(Wrap(json));

        Assert.Equal(31, payload.Layer.Size);
        Assert.Equal("e30=", payload.Layer.Annotations["org.opencontainers.image.enc.pubopts"]);
        Assert.Equal(parameters, payload.Parameters.Count);
    }

    [Theory]
    [InlineData("", "holds no JSON")]
    [InlineData("[]", "lacks Descriptor")]
    [InlineData("""{"Descriptor":{"digest":"md5:1","size":1}}""", "is not a digest")]
    [InlineData("""{"Descriptor":DESCRIPTOR,"DecryptConfig":{"Parameters":[]}}""", "Parameters that are not an object")]
    [InlineData("""{"Descriptor":DESCRIPTOR,"DecryptConfig":{"Parameters":{"privkeys":"AAEC"}}}""", "privkeys that is not a list")]
    [InlineData("""{"Descriptor":DESCRIPTOR,"DecryptConfig":{"Parameters":{"privkeys":["%"]}}}""", "is not base64")]
    [InlineData("""{"Descriptor":DESCRIPTOR,"DecryptConfig":{"Parameters":{"privkeys":[1]}}}""", "neither base64 text nor an array")]
    [InlineData("""{"Descriptor":DESCRIPTOR,"DecryptConfig":{"Parameters":{"p":[MANY]}}}""", "more than 256 parameters")]
    public void Malformed_payload_is_refused(string json, string said)
    {
        var bytes = Wrap(json.Replace("MANY", string.Join(',', Enumerable.Repeat("null", 257)), StringComparison.Ordinal));

        Assert.Contains(said, Assert.ThrowsAny<CofferException>(() => ProcessorPayload.Read(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_zeroed_with_the_payload()
    {
        var payload = ProcessorPayload.Read(Wrap("""{"Descriptor":DESCRIPTOR,"DecryptConfig":{"Parameters":{"privkeys":["AAEC"]}}}"""));
        var key = Assert.Single(payload.Parameters).Value;
        Assert.Equal([0, 1, 2], key);

        payload.Dispose();

        Assert.Equal([0, 0, 0], key);
    }

    [Fact]
    public void Payload_gone_wrong_is_refused_in_order() => Fuzzing.Run(
        "stream processor payload",
        [Wrap("""{"DecryptConfig":{"Parameters":{"privkeys":["AAEC",[1,2]],"privkeys-passwords":[null],"kms":["RW5hYmxlZA=="]}},"Descriptor":DESCRIPTOR}"""), Wrap("""{"Descriptor":DESCRIPTOR}""")],
        (bytes, _) =>
        {
            try
            {
                ProcessorPayload.Read(bytes).Dispose();
            }
            catch (CofferException e)
            {
                Assert.DoesNotContain(e.Message, char.IsControl);
            }
        });

    private static byte[] Wrap(string json) => new Any
    {
        TypeUrl = ProcessorPayload.TypeName,
        Value = ByteString.CopyFrom(Encoding.UTF8.GetBytes(json.Replace("DESCRIPTOR", Descriptor, StringComparison.Ordinal))),
    }.ToByteArray();
}
