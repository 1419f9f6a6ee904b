using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Core;

/// <summary>Whatever a caller or an image sends ends in an answer or in an error that says which of the two is at fault.</summary>
public sealed class CoreFuzzTests
{
    private static readonly byte[] CocoPacket = HeldSource.PacketOf("kbs:///default/key/1", Ask.Options);

    private static readonly byte[] CocoV2 =
        """{"version":"0.1.0","provider":"kbs","provider_settings":{"a":1},"annotations":{},"kid":"kbs:///a/b/c","wrapped_data":"AAECAwQFBgcICQoLDA0ODxAREhM=","iv":"AAECAwQFBgcICQoL","wrap_type":"A256GCM"}"""u8.ToArray();

    private static readonly byte[] Secl =
        """{"key_url":"https://kbs.example/keys/0f8e2f6c-1111-4a7b-8c1d-2a1f2f3a4b5c/transfer","wrapped_key":"eyJjaXBoZXJfdGV4dCI6IkFBRUNBd1FGQmdjSUNRb0xEQTBPRHhBUkVoTT0iLCJub25jZSI6IkFBRUNBd1FGQmdjSUNRb0wifQ==","wrap_type":"AES"}"""u8.ToArray();

    [Fact]
    public async Task Requests_gone_wrong_are_answered_or_refused()
    {
        await using var core = new KeyProviderCore(new() { AllowKeyFile = true, AllowSampleKey = true }, [new HeldSource()]);
        IReadOnlyList<byte[]> seeds =
        [
            Ask.WrapRequest("keyid=a::algorithm=A256GCM"),
            Ask.WrapRequest("asset-tag:country:US;state:CA", "isecl"),
            Ask.UnwrapRequest(CocoPacket),
            Ask.UnwrapRequest(CocoV2),
            Ask.UnwrapRequest(Secl, "isecl"),
            """{"op":"keywrap","keywrapparams":{"ec":{"Parameters":{"coffer":[[107]],"privkeys":["eA==",null]},"DecryptConfig":null},"optsdata":"{\"symkey\":\"x\"}"},"keyunwrapparams":null}"""u8.ToArray(),
        ];

        Fuzzing.Run("keyprovider-request", seeds, (bytes, _) =>
        {
            var trace = new CallTrace();
            try
            {
                var answer = core.AnswerAsync(bytes, trace, CancellationToken.None).GetAwaiter().GetResult();
                Assert.NotEmpty(KeyProviderAnswer.Read(trace.Operation!.Value, answer).Payload);
            }
            catch (KeyProviderException e)
            {
                Assert.True(e.Reason is FailureReason.BadRequest or FailureReason.UnknownKey or FailureReason.Integrity, e.ToString());
            }
        });
    }

    [Fact]
    public void Packets_gone_wrong_are_read_in_one_way_or_refused() => Fuzzing.Run("keyprovider-packet", [CocoPacket, CocoV2, Secl], (bytes, _) =>
    {
        AnnotationPacket packet;
        try
        {
            packet = PacketReader.Read(bytes);
        }
        catch (KeyProviderException e) when (e.Reason is FailureReason.BadRequest or FailureReason.UnknownKey)
        {
            return;
        }
        Assert.True(packet.Iv.Length == 12 && packet.WrappedData.Length > 16 && packet.KeyId.Length is > 0 and <= 2048);
        var again = PacketReader.Read(PacketWriter.Write(packet));
        Assert.Equal((packet.KeyId, Convert.ToHexString(packet.Iv), Convert.ToHexString(packet.WrappedData)), (again.KeyId, Convert.ToHexString(again.Iv), Convert.ToHexString(again.WrappedData)));
    });

    [Fact]
    public void Parameters_gone_wrong_select_what_they_say_or_are_refused()
    {
        IReadOnlyList<byte[]> seeds = ["keyid=a::keypath=b::algorithm=A256GCM::sample=false"u8.ToArray(), "asset-tag:country:US;state:CA,x:y"u8.ToArray(), "key-id:0f8e2f6c-1111-4a7b-8c1d-2a1f2f3a4b5c"u8.ToArray(), "any"u8.ToArray(), "Enabled"u8.ToArray()];

        Fuzzing.Run("keyprovider-parameters", seeds, (bytes, _) =>
        {
            KeySelection selection;
            try
            {
                selection = ParameterReader.Read("coffer", [bytes], new() { AllowKeyFile = true, AllowSampleKey = true });
            }
            catch (KeyProviderException e) when (e.Reason is FailureReason.BadRequest)
            {
                return;
            }

            // Every name that was written binds something.
            var text = System.Text.Encoding.UTF8.GetString(bytes);
            Assert.Equal(text.StartsWith("asset-tag:", StringComparison.Ordinal), selection.AssetTags.Count > 0);
            Assert.Equal(text.StartsWith("keyid=", StringComparison.Ordinal) || text.Contains("::keyid=", StringComparison.Ordinal) || text.StartsWith("key-id:", StringComparison.Ordinal), selection.KeyId is not null);
            Assert.Equal(text.StartsWith("keypath=", StringComparison.Ordinal) || text.Contains("::keypath=", StringComparison.Ordinal), selection.KeyFile is not null);
            Assert.True(selection.KeyId is not null || selection.KeyFile is not null || selection.UseSampleKey || selection.AssetTags.Count > 0
                || text is "" or "any" or "Enabled" || text.Split("::").All(p => p is "algorithm=A256GCM" or "sample=false"));
        });
    }
}
