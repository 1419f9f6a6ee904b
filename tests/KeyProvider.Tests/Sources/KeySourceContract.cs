using System.Security.Cryptography;
using System.Text;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;
using Coffer.KeyProvider.Sources;

namespace Coffer.KeyProvider.Tests.Sources;

/// <summary>What every key source holds to. A test class for a source derives from this and opens it.</summary>
public abstract class KeySourceContract
{
    protected static readonly byte[] Options = Encoding.UTF8.GetBytes("""{"symkeyopts":{"symkey":"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IDMyYg=="}}""");

    /// <summary>A source with a key <c>team-a</c> that is its default, and a key <c>team-b</c>.</summary>
    protected abstract Task<IKeySource> OpenAsync();

    [Fact]
    public async Task Wrapped_options_come_back_byte_for_byte()
    {
        await using var source = await OpenAsync();
        foreach (var selection in new[] { new KeySelection(), new KeySelection("team-a"), new KeySelection("team-b") })
        {
            var packet = await source.WrapAsync(selection, Options, default);

            Assert.Equal(PacketFamily.CocoV1, packet.Family);
            Assert.Equal(12, packet.Iv.Length);
            Assert.Equal(Options.Length + 16, packet.WrappedData.Length);
            Assert.Contains(selection.KeyId ?? "team-a", packet.KeyId, StringComparison.Ordinal);
            Assert.True(source.Knows(packet));
            Assert.Equal(Options, await source.UnwrapAsync(packet, default));
        }
    }

    [Fact]
    public async Task Options_of_any_length_come_back()
    {
        await using var source = await OpenAsync();
        foreach (var length in new[] { 1, 15, 16, 17, 4095, PacketLimits.OptionsBytes })
        {
            var options = RandomNumberGenerator.GetBytes(length);
            Assert.Equal(options, await source.UnwrapAsync(await source.WrapAsync(new KeySelection(), options, default), default));
        }
    }

    [Fact]
    public async Task Each_packet_has_a_nonce_of_its_own()
    {
        await using var source = await OpenAsync();
        var nonces = new HashSet<string>();
        for (var i = 0; i < 50; i++) Assert.True(nonces.Add(Convert.ToHexString((await source.WrapAsync(new KeySelection(), Options, default)).Iv)));
    }

    [Fact]
    public async Task Altered_packet_is_an_integrity_failure()
    {
        await using var source = await OpenAsync();
        var packet = await source.WrapAsync(new KeySelection("team-a"), Options, default);
        var altered = new List<AnnotationPacket>
        {
            packet with { WrappedData = Flipped(packet.WrappedData, 0) },
            packet with { WrappedData = Flipped(packet.WrappedData, packet.WrappedData.Length - 1) },
            packet with { WrappedData = packet.WrappedData[..^1] },
            packet with { WrappedData = [.. packet.WrappedData, 0] },
            packet with { WrappedData = packet.WrappedData[..15] },
            packet with { WrappedData = [] },
            packet with { Iv = Flipped(packet.Iv, 3) },
            packet with { Iv = packet.Iv[..11] },
            packet with { Iv = [] },
            packet with { KeyId = (await source.WrapAsync(new KeySelection("team-b"), Options, default)).KeyId },
        };
        foreach (var bad in altered) Assert.Equal(FailureReason.Integrity, (await FailsAsync(() => source.UnwrapAsync(bad, default))).Reason);

        Assert.Equal(Options, await source.UnwrapAsync(packet, default));
    }

    [Fact]
    public async Task Unknown_key_is_named()
    {
        await using var source = await OpenAsync();
        var failure = await FailsAsync(() => source.WrapAsync(new KeySelection("team-z"), Options, default));

        Assert.Equal(FailureReason.UnknownKey, failure.Reason);
        Assert.Contains("team-z", failure.Message, StringComparison.Ordinal);
        Assert.Contains("team-a", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packet_of_another_key_is_not_known()
    {
        await using var source = await OpenAsync();
        var packet = await source.WrapAsync(new KeySelection("team-a"), Options, default);
        foreach (var other in new[] { packet.KeyId.Replace("team-a", "team-z", StringComparison.Ordinal), "kbs:///default/key/1", "", "team-a", "../team-a", packet.KeyId + "/x", packet.KeyId[1..] })
        {
            Assert.False(source.Knows(packet with { KeyId = other }), other);
        }
    }

    [Fact]
    public async Task Version_that_is_gone_is_named_with_those_that_are_held()
    {
        await using var source = await OpenAsync();
        var packet = await source.WrapAsync(new KeySelection("team-a"), Options, default);
        var gone = packet with { KeyId = packet.KeyId[..packet.KeyId.LastIndexOf('/')] + "/777" };

        Assert.True(source.Knows(gone));
        var failure = await FailsAsync(() => source.UnwrapAsync(gone, default));

        Assert.Equal(FailureReason.UnknownKey, failure.Reason);
        Assert.Contains("version 777 of key 'team-a' is gone", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"held: {packet.KeyId[(packet.KeyId.LastIndexOf('/') + 1)..]}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asset_tags_are_refused_rather_than_forgotten()
    {
        await using var source = await OpenAsync();
        var failure = await FailsAsync(() => source.WrapAsync(new KeySelection(AssetTags: [new("country", "US")]), Options, default));

        Assert.Equal(FailureReason.BadRequest, failure.Reason);
        Assert.Contains("asset tags", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sample_key_is_no_key_of_a_source()
    {
        await using var source = await OpenAsync();
        Assert.Equal(FailureReason.BadRequest, (await FailsAsync(() => source.WrapAsync(new KeySelection(UseSampleKey: true), Options, default))).Reason);
    }

    [Fact]
    public async Task Many_calls_at_once_do_not_mix()
    {
        await using var source = await OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                var options = RandomNumberGenerator.GetBytes(64 + worker);
                var packet = await source.WrapAsync(new KeySelection(i % 2 == 0 ? "team-a" : "team-b"), options, default);
                Assert.Equal(options, await source.UnwrapAsync(packet, default));
            }
        })));
    }

    [Fact]
    public async Task Disposed_source_opens_nothing()
    {
        var source = await OpenAsync();
        var packet = await source.WrapAsync(new KeySelection(), Options, default);
        await source.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => source.UnwrapAsync(packet, default));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => source.WrapAsync(new KeySelection(), Options, default));
        await source.DisposeAsync();
    }

    protected static async Task<KeyProviderException> FailsAsync(Func<Task> call) => await Assert.ThrowsAsync<KeyProviderException>(call);

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var copy = (byte[])bytes.Clone();
        copy[at] ^= 1;
        return copy;
    }
}
