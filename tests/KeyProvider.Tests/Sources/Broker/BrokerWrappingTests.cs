using System.Text;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;
using Coffer.KeyProvider.Sources.Broker;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Sources.Broker;

public sealed class BrokerWrappingTests : IAsyncLifetime
{
    private static readonly byte[] Options = "options + more"u8.ToArray();
    private TestBroker _broker = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _broker = await TestBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [InlineData(null, "kbs:///default/image-kek/new")]
    [InlineData("kbs:///default/image-kek/1", "kbs:///default/image-kek/1")]
    [InlineData("default/image-kek/1", "kbs:///default/image-kek/1")]
    [InlineData("/default/image-kek/1", "kbs:///default/image-kek/1")]
    public async Task The_broker_wraps_under_the_key_asked_for_or_a_new_one(string? asked, string kid)
    {
        await using var owner = _broker.Owner();
        var packet = await owner.WrapAsync(new KeySelection(asked), Options, Cancel);
        Assert.Equal(kid, packet.KeyId);
        Assert.Equal(Options, PacketCipher.Open(packet, TestBroker.Kek));
        Assert.Equal(["Bearer coffer_ab_cd"], _broker.Tokens);
    }

    [Fact]
    public async Task A_token_that_was_renewed_counts_at_once()
    {
        await using var owner = _broker.Owner();
        await owner.WrapAsync(new KeySelection(), Options, Cancel);
        _broker.WriteToken("coffer_ef_01");
        await owner.WrapAsync(new KeySelection(), Options, Cancel);
        Assert.Equal(["Bearer coffer_ab_cd", "Bearer coffer_ef_01"], _broker.Tokens);
    }

    [Theory]
    [InlineData("kbs:///default/image-kek/2")]
    [InlineData("kbs://elsewhere.example/default/image-kek/1")]
    [InlineData("coffer-local:///default/image-kek/1")]
    public async Task An_answer_that_names_another_key_is_refused(string wrapsUnder)
    {
        await using var owner = _broker.Owner();
        _broker.WrapsUnder = wrapsUnder;
        var refusal = await BrokerSourceTests.RefusedAsync(FailureReason.Integrity, () => owner.WrapAsync(new KeySelection("default/image-kek/1"), Options, Cancel));
        Assert.Contains(wrapsUnder, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_at_another_broker_a_file_or_no_key_at_all_is_not_asked_for()
    {
        await using var owner = _broker.Owner();
        await BrokerSourceTests.RefusedAsync(FailureReason.Denied, () => owner.WrapAsync(new KeySelection("kbs://elsewhere.example/a/b/c"), Options, Cancel));
        await BrokerSourceTests.RefusedAsync(FailureReason.BadRequest, () => owner.WrapAsync(new KeySelection("a/b"), Options, Cancel));
        await BrokerSourceTests.RefusedAsync(FailureReason.BadRequest, () => owner.WrapAsync(new KeySelection(null, "/key"), Options, Cancel));
        Assert.Equal(0, _broker.Connections);
    }

    [Fact]
    public async Task A_refusal_says_what_the_broker_said_and_names_the_request()
    {
        await using var owner = _broker.Owner();
        _broker.Instead = _ => (403, Encoding.UTF8.GetBytes("""{"error":{"fault":"denied","message":"the token may not wrap there","hint":"ask for one"},"request_id":"x"}"""), null);
        var refusal = await BrokerSourceTests.RefusedAsync(FailureReason.Denied, () => owner.WrapAsync(new KeySelection(), Options, Cancel));
        Assert.Contains("the token may not wrap there", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(TestBroker.RequestId, refusal.Message, StringComparison.Ordinal);
        Assert.Equal("ask for one", refusal.Hint);
        _broker.Instead = _ => (200, "not a packet"u8.ToArray(), null);
        await Assert.ThrowsAsync<KeyProviderException>(() => owner.WrapAsync(new KeySelection(), Options, Cancel));
    }

    [Fact]
    public async Task A_token_file_is_read_only_where_it_is_closed_to_others_and_holds_a_token()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var (content, mode, reason) in new[]
        {
            ("coffer_ab_cd", owner | UnixFileMode.OtherRead, "others may read or write"),
            ("coffer_ab_cd", owner | UnixFileMode.GroupWrite, "others may read or write"),
            ("", owner, "holds no access token"),
            (" \n", owner, "holds no access token"),
            ("two words", owner, "holds no access token"),
            ("coffer_\u00e4", owner, "holds no access token"),
            (new string('x', 16385), owner, "holds no access token"),
        })
        {
            var path = _broker.WriteToken(content, mode);
            var refusal = Assert.Throws<KeyProviderException>(() => BrokerSource.Open(new BrokerSettings("b", [], _broker.Address, _broker.CaFile, path), TimeProvider.System));
            Assert.Equal(FailureReason.Unavailable, refusal.Reason);
            Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        }
        await using var source = _broker.Owner();
        File.Delete(_broker.Folder.Combine("token"));
        var gone = await BrokerSourceTests.RefusedAsync(FailureReason.Unavailable, () => source.WrapAsync(new KeySelection(), Options, Cancel));
        Assert.Contains("is not there", gone.Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_broker.Folder.Combine("token"));
        await BrokerSourceTests.RefusedAsync(FailureReason.Unavailable, () => source.WrapAsync(new KeySelection(), Options, Cancel));
        Assert.Equal(0, _broker.Connections);
    }
}
