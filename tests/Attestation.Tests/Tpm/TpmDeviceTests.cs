using System.Diagnostics;
using System.Net.Sockets;
using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Transport;
using Xunit;

namespace Coffer.Attestation.Tpm;

public sealed class TpmDeviceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_TPM_that_another_client_holds_is_said_to_be_busy_in_time_and_serves_once_that_one_is_gone(bool unix)
    {
        await using var node = await TestNode.StartAsync(unix);
        using var attester = node.Attester(s => s with { Patience = TimeSpan.FromSeconds(1) });
        using (var holder = new Socket(node.Tpm.EndPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp))
        {
            await holder.ConnectAsync(node.Tpm.EndPoint, TestNode.Cancel);
            var began = Stopwatch.StartNew();
            var busy = await Assert.ThrowsAsync<AttestationException>(() => attester.ReadStateAsync(TestNode.Cancel));
            Assert.InRange(began.Elapsed.TotalSeconds, 0.9, 10);
            Assert.Equal(AttestationFault.Unavailable, busy.Fault);
            Assert.Contains("another client holds this TPM", busy.Hint, StringComparison.Ordinal);
        }
        Assert.NotEqual("", await attester.ReadStateAsync(TestNode.Cancel));
    }

    [Fact]
    public async Task A_client_that_waits_gets_its_turn_when_the_other_closes()
    {
        await using var node = await TestNode.StartAsync();
        using var attester = node.Attester();
        using var holder = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await holder.ConnectAsync(node.Tpm.EndPoint, TestNode.Cancel);
        var waiting = attester.ReadStateAsync(TestNode.Cancel);
        await Task.Delay(300, TestNode.Cancel);
        Assert.False(waiting.IsCompleted);
        holder.Dispose();
        Assert.NotEqual("", await waiting);
    }

    [Fact]
    public async Task Two_attesters_share_a_TPM_that_serves_one_client_at_a_time()
    {
        await using var node = await TestNode.StartAsync();
        using var daemon = node.Attester();
        using var command = node.Attester();
        await Task.WhenAll(((TpmAttester[])[daemon, command, daemon, command]).Select(async attester =>
        {
            for (var i = 0; i < 3; i++)
            {
                using var key = await attester.OpenKeyAsync(TestNode.Cancel);
                await attester.CollectAsync(new byte[48], key, TestNode.Cancel);
            }
        }));
        Assert.Equal("", await node.LeftoversAsync());
    }

    [Fact]
    public async Task Many_operations_in_a_row_and_failing_ones_leave_no_handle_behind()
    {
        await using var node = await TestNode.StartAsync();
        using var device = new TpmDevice(node.Settings.Address, TimeProvider.System);
        var keys = new NodeKeys(node.Settings, TimeProvider.System);
        for (var i = 0; i < 12; i++)
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => device.UseAsync<int>(async (tpm, cancel) =>
            {
                await keys.LoadAkAsync(tpm, cancel);
                var parent = await NodeKeys.MakeBindingParentAsync(tpm, cancel);
                await tpm.StartPolicySessionAsync(parent, cancel);
                await tpm.StartHmacSessionAsync(parent, cancel);
                throw new InvalidDataException("in the middle of it");
            }, TestNode.Cancel));
        }
        await Assert.ThrowsAnyAsync<AttestationException>(() => device.UseAsync<int>(async (tpm, cancel) =>
        {
            // A fourth one does not fit; the three that do must go.
            for (var i = 0; ; i++) await NodeKeys.MakeBindingParentAsync(tpm, cancel);
        }, TestNode.Cancel));
        Assert.Equal("", await node.LeftoversAsync());
    }

    [Fact]
    public async Task A_cancelled_operation_leaves_no_handle_behind()
    {
        await using var node = await TestNode.StartAsync();
        using var device = new TpmDevice(node.Settings.Address, TimeProvider.System);
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => device.UseAsync(async (tpm, cancel) =>
        {
            await NodeKeys.MakeBindingParentAsync(tpm, cancel);
            await cancelled.CancelAsync();
            return await NodeKeys.MakeBindingParentAsync(tpm, cancel);
        }, cancelled.Token));
        Assert.Equal("", await node.LeftoversAsync());
    }

    [Fact]
    public async Task A_TPM_that_is_killed_in_the_middle_is_said_to_be_gone()
    {
        await using var node = await TestNode.StartAsync();
        using var device = new TpmDevice(node.Settings.Address, TimeProvider.System);
        var gone = await Assert.ThrowsAsync<AttestationException>(() => device.UseAsync(async (tpm, cancel) =>
        {
            await NodeKeys.MakeBindingParentAsync(tpm, cancel);
            await node.Tpm.StopAsync(orderly: false);
            return await tpm.ReadClockAsync(cancel);
        }, TestNode.Cancel));
        Assert.Equal(AttestationFault.Unavailable, gone.Fault);
    }

    [Theory]
    [InlineData("swtpm:127.0.0.1:1")]
    [InlineData("swtpm:unix:/nonexistent/socket")]
    [InlineData("device:/nonexistent/tpm")]
    [InlineData("device:/proc")]
    public async Task Where_there_is_no_TPM_it_is_unavailable(string address)
    {
        using var device = new TpmDevice(TpmAddress.Parse(address), TimeProvider.System, TimeSpan.FromSeconds(2));
        var gone = await Assert.ThrowsAsync<AttestationException>(() => device.UseAsync((tpm, cancel) => tpm.ReadClockAsync(cancel), TestNode.Cancel));
        Assert.Equal(AttestationFault.Unavailable, gone.Fault);
        Assert.NotNull(gone.Hint);
    }

    [Fact]
    public async Task What_answers_but_is_no_TPM_is_told_apart()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var server = Task.Run(async () =>
        {
            using var client = await listener.AcceptSocketAsync(TestNode.Cancel);
            await client.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        }, TestNode.Cancel);
        using var device = new TpmDevice(TpmAddress.Parse($"swtpm:{listener.LocalEndpoint}"), TimeProvider.System, TimeSpan.FromSeconds(5));
        var wrong = await Assert.ThrowsAsync<AttestationException>(() => device.UseAsync((tpm, cancel) => tpm.ReadClockAsync(cancel), TestNode.Cancel));
        Assert.Equal(AttestationFault.Malformed, wrong.Fault);
        await server;
    }
}
