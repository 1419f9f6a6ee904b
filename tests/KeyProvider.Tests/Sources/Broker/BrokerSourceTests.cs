using System.Net;
using System.Net.Sockets;
using System.Text;
using Coffer.Attestation;
using Coffer.Attestation.Protocol.Messages;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;
using Coffer.KeyProvider.Sources.Broker;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Sources.Broker;

public sealed class BrokerSourceTests : IAsyncLifetime
{
    private TestBroker _broker = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _broker = await TestBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Twenty_layers_at_once_cost_one_attestation()
    {
        await using var node = _broker.Node();
        var layers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => OpenAsync(node, TestBroker.Packet($"options {i}"))));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"options {i}"), layers);
        Assert.Equal(1, _broker.Attestations);
    }

    [Fact]
    public async Task A_packet_that_names_another_broker_is_refused_before_anything_is_connected_to()
    {
        using var foreign = new TcpListener(IPAddress.Loopback, 0);
        foreign.Start();
        await using var node = _broker.Node("other.example");
        foreach (var host in (string[])[foreign.LocalEndpoint.ToString()!, "127.0.0.1", $"127.0.0.1:{_broker.Address.Port + 1}", "other.example:8443", $"127.0.0.1.example:{_broker.Address.Port}", "localhost"])
        {
            var refusal = await RefusedAsync(FailureReason.Denied, () => OpenAsync(node, TestBroker.Packet("x", host)));
            Assert.Contains("it was not asked", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(_broker.Address.Authority, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("allowedHosts", refusal.Hint, StringComparison.Ordinal);
        }
        Assert.False(foreign.Pending());
        Assert.Equal(0, _broker.Connections);
    }

    [Fact]
    public async Task A_packet_without_a_host_with_the_brokers_or_with_an_allowed_one_is_opened_by_the_broker()
    {
        await using var node = _broker.Node("other.example", "other.example:8443");
        foreach (var host in (string[])["", _broker.Address.Authority, "other.example", "OTHER.example:8443"])
            Assert.Equal("x", await OpenAsync(node, TestBroker.Packet("x", host)));
    }

    [Theory]
    [InlineData("https://broker.example", "broker.example", true)]
    [InlineData("https://broker.example", "BROKER.example:443", true)]
    [InlineData("https://broker.example", "broker.example:8443", false)]
    [InlineData("https://broker.example:443", "broker.example", true)]
    [InlineData("https://[::1]", "[::1]:443", true)]
    [InlineData("https://bücher.example", "xn--bcher-kva.example", true)]
    public void The_default_port_may_be_written_or_left_out(string url, string host, bool ours) => Assert.Equal(ours, new BrokerNames(new Uri(url), []).Contains(host));

    [Fact]
    public async Task Only_keys_of_brokers_are_known()
    {
        await using var node = _broker.Node();
        Assert.True(node.Knows(TestBroker.Packet("x")));
        Assert.True(node.Knows(PacketCipher.Seal("kbs+resource:///a/b/c", TestBroker.Kek, [1])));
        Assert.False(node.Knows(PacketCipher.Seal("kbs-backup", TestBroker.Kek, [1])));
        Assert.False(node.Knows(PacketCipher.Seal("coffer-local:///kbs", TestBroker.Kek, [1])));
    }

    [Fact]
    public async Task What_is_no_resource_is_the_packets_fault_and_nobody_is_asked()
    {
        await using var node = _broker.Node();
        foreach (var kid in (string[])["kbs:///a/b", "kbs:///../b/c", "kbs+other:///a/b/c", "kbs://ho st/a/b/c"])
            await RefusedAsync(FailureReason.BadRequest, () => OpenAsync(node, PacketCipher.Seal(kid, TestBroker.Kek, [1])));
        Assert.Equal(0, _broker.Connections);
    }

    [Fact]
    public async Task A_resource_that_is_no_key_or_another_key_opens_nothing()
    {
        await using var node = _broker.Node();
        _broker.Resource = [.. TestBroker.Kek, 0];
        var wrong = await RefusedAsync(FailureReason.Integrity, () => OpenAsync(node, TestBroker.Packet("x")));
        Assert.Contains("has 33 bytes", wrong.Message, StringComparison.Ordinal);
        _broker.Resource = new byte[32];
        await RefusedAsync(FailureReason.Integrity, () => OpenAsync(node, TestBroker.Packet("x")));
    }

    [Fact]
    public async Task A_denial_names_the_request_and_is_not_asked_for_again()
    {
        await using var node = _broker.Node();
        _broker.Instead = r => r.Path.StartsWithSegments("/kbs/v0/resource", StringComparison.Ordinal) ? (403, new KbsError("PolicyDeny", "denied by policy").ToJson(), null) : null;
        var refusal = await RefusedAsync(FailureReason.Denied, () => OpenAsync(node, TestBroker.Packet("x")));
        Assert.Contains($"request {TestBroker.RequestId}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("operator", refusal.Hint, StringComparison.Ordinal);
        Assert.Equal(1, _broker.Attestations);
        _broker.Instead = _ => null;
        Assert.Contains("no such resource", (await RefusedAsync(FailureReason.UnknownKey, () => OpenAsync(node, TestBroker.Packet("x", path: "default/image-kek/2")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twenty_layers_at_once_of_a_machine_that_is_refused_all_hear_why_from_one_attestation()
    {
        await using var node = _broker.Node();
        var asked = 0;
        _broker.Instead = r =>
        {
            if (r.Path != "/kbs/v0/attest") return null;
            Interlocked.Increment(ref asked);
            return (403, new KbsError("AttestationError", "the attestation key is not enrolled").ToJson(), null);
        };
        var refusals = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RefusedAsync(FailureReason.Denied, () => OpenAsync(node, TestBroker.Packet("x")))));
        Assert.All(refusals, refusal => Assert.Contains("not enrolled", refusal.Message, StringComparison.Ordinal));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_broker_that_is_down_is_unavailable_and_named()
    {
        var port = FreePort();
        await using var node = BrokerSource.Open(new BrokerSettings("b", [], new Uri($"https://127.0.0.1:{port}"), _broker.CaFile, null, new AttesterSettings("sample")), TimeProvider.System);
        var failures = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RefusedAsync(FailureReason.Unavailable, () => OpenAsync(node, TestBroker.Packet("x")))));
        Assert.All(failures, failure => Assert.Contains($"nothing listens at 127.0.0.1:{port}", failure.Message, StringComparison.Ordinal));
        Assert.Contains("is the broker running", failures[0].Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_is_the_brokers_fault()
    {
        await using var elsewhere = await TestBroker.StartAsync();
        await using var node = _broker.Node();
        _broker.Instead = _ => (307, [], $"{elsewhere.Address}kbs/v0/auth");
        var refusal = await RefusedAsync(FailureReason.Unavailable, () => OpenAsync(node, TestBroker.Packet("x")));
        Assert.Contains("redirects are not followed", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, elsewhere.Connections);
    }

    [Fact]
    public async Task A_broker_under_another_authority_gets_no_request()
    {
        await using var other = await TestBroker.StartAsync();
        var asked = 0;
        _broker.Instead = _ =>
        {
            Interlocked.Increment(ref asked);
            return null;
        };
        await using var node = BrokerSource.Open(new BrokerSettings("b", [], _broker.Address, other.CaFile, null, new AttesterSettings("sample")), TimeProvider.System);
        await RefusedAsync(FailureReason.Integrity, () => OpenAsync(node, TestBroker.Packet("x")));
        await using var owner = BrokerSource.Open(new BrokerSettings("b", [], _broker.Address, other.CaFile, _broker.WriteToken("coffer_ab_cd")), TimeProvider.System);
        await RefusedAsync(FailureReason.Integrity, () => owner.WrapAsync(new KeySelection(), "options"u8.ToArray(), Cancel));
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Each_side_refuses_what_is_the_others()
    {
        await using var node = _broker.Node();
        var wrap = await RefusedAsync(FailureReason.Denied, () => node.WrapAsync(new KeySelection(), "options"u8.ToArray(), Cancel));
        Assert.Contains("--token-file", wrap.Hint, StringComparison.Ordinal);
        await using var owner = _broker.Owner();
        var unwrap = await RefusedAsync(FailureReason.Denied, () => OpenAsync(owner, TestBroker.Packet("x")));
        Assert.Contains("--attester", unwrap.Hint, StringComparison.Ordinal);
        Assert.Equal(0, _broker.Connections);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string> OpenAsync(BrokerSource source, AnnotationPacket packet) => Encoding.UTF8.GetString(await source.UnwrapAsync(packet, Cancel));

    internal static async Task<KeyProviderException> RefusedAsync(FailureReason reason, Func<Task> action)
    {
        var refusal = await Assert.ThrowsAsync<KeyProviderException>(action);
        Assert.Equal(reason, refusal.Reason);
        return refusal;
    }
}
