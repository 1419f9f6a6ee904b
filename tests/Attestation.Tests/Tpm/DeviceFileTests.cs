using System.Diagnostics;
using Coffer.Attestation.Tpm.Transport;
using Coffer.Support;
using Xunit;

namespace Coffer.Attestation.Tpm;

public sealed class DeviceFileTests
{
    // A terminal in raw mode behaves like the device: what is written in one go is read in one go, for as long as it is small.
    private const string Bridge = """
        import os, pty, select, socket, sys, tty
        master, slave = pty.openpty()
        tty.setraw(slave)
        tpm = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        print(os.ttyname(slave), flush=True)
        while True:
            for ready in select.select([master, tpm], [], [])[0]:
                if ready is master:
                    tpm.sendall(os.read(master, 4096))
                else:
                    data = tpm.recv(4096)
                    if not data:
                        sys.exit()
                    os.write(master, data)
        """;

    [Fact]
    public async Task A_node_attests_through_a_device_file()
    {
        var python = Peers.Require("python3");
        await using var node = await TestNode.StartAsync();
        var port = node.Tpm.Address.Split(':')[^1];
        var start = new ProcessStartInfo(python, ["-c", Bridge, port]) { RedirectStandardOutput = true };
        using var bridge = Process.Start(start)!;
        try
        {
            var device = (await bridge.StandardOutput.ReadLineAsync(TestNode.Cancel))!;
            using var attester = node.Attester(s => s with { Address = TpmAddress.Parse($"device:{device}"), HostUuid = "" });
            using var key = await attester.OpenKeyAsync(TestNode.Cancel);
            var evidence = await attester.CollectAsync(new byte[48], key, TestNode.Cancel);
            Assert.True(evidence.ContainsKey("tpm_quote"));
        }
        finally
        {
            bridge.Kill();
            await bridge.WaitForExitAsync(TestNode.Cancel);
        }
        Assert.Equal("", await node.LeftoversAsync());
    }
}
