using System.Text.Json;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Tests.Core;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Packets;

/// <summary>Packets that others made and published.</summary>
public sealed class PacketFieldVectorTests
{
    // As their documentation shows it on a layer of the public sample image: under the sample key, with a nonce of zeros.
    private const string SampleImageAnnotation =
        "eyJraWQiOiJrYnM6Ly8vZGVmYXVsdC90ZXN0LWtleS8xIiwid3JhcHBlZF9kYXRhIjoiLzNMeWhsdVE1aG42MVVjN0ZDM1BWTlNDUlV0YitLc1h5ZWhGTERtaUJlcUE4cStrcGgxbFpwckR4cjh0ck5RUFpxRDB2"
        + "UlFobVFFWTM1YnV3R05VeGRINXdyeWtCa0x2OTFkSHFHMEJOY1FETVNhNTBBZFpqb00xTHQ0SUdIUDlZeEpGL3hmcWk4RFFBUmdXNjhpV3hlcWgxTFRMQ01hcUg5TzUxeXduYmcxTmJ3aFM0aXdkRSttMGRhOWwy"
        + "TXpqeklrbjRtN3pWZUl6cFRVVHJuS0gyM1RmWmVWZUZsZVMxY0VscWhGdGw4bnZDYmphNlZyQlFYTzRFVVZUdjkvemxzS2xnRnl3aEhnL1VvUHBmMXMvY2RJPSIsIml2IjoiQUFBQUFBQUFBQUFBQUFBQSIsIndy"
        + "YXBfdHlwZSI6IkEyNTZHQ00ifQ==";

    [Fact]
    public async Task The_packet_of_the_public_sample_image_opens_with_the_sample_key()
    {
        await using var core = new KeyProviderCore(new() { AllowSampleKey = true }, []);

        using var options = JsonDocument.Parse(await core.UnwrapAsync(Convert.FromBase64String(SampleImageAnnotation)));

        Assert.Equal("sha256:1487bff95222881565c7c063129c2c2ce3d6fc4d14796ac7627bd1f167bc5621", options.RootElement.GetProperty("digest").GetString());
        Assert.Equal(32, options.RootElement.GetProperty("symkey").GetBytesFromBase64().Length);
    }

    [Fact]
    public void The_test_packet_of_Confidential_Containers_is_read()
    {
        var packet = PacketReader.Read(File.ReadAllBytes(SharedVectors.Require("coco", "annotation-v1.json")));

        Assert.Equal((PacketFamily.CocoV1, "kbs:///kbs:///default/key/1", 12), (packet.Family, packet.KeyId, packet.Iv.Length));
    }

    [Fact]
    public async Task Without_its_key_it_is_an_unknown_key_even_where_the_sample_key_is_allowed()
    {
        var bytes = File.ReadAllBytes(SharedVectors.Require("coco", "annotation-v1.json"));
        await using var core = new KeyProviderCore(new() { AllowSampleKey = true }, []);

        Assert.Equal(FailureReason.UnknownKey, (await Ask.FailureAsync(() => core.UnwrapAsync(bytes))).Reason);
    }
}
