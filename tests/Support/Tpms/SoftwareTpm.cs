using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Coffer.Support;

/// <summary>
/// A software TPM (swtpm) with a state folder of its own, started, reached by tpm2-tools as well. Without swtpm the running test
/// fails in CI and is skipped elsewhere.
/// </summary>
public sealed class SoftwareTpm : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly SoftwareTpmOptions _options;
    private Process? _process;
    private int _port;

    private SoftwareTpm(SoftwareTpmOptions options) => _options = options;

    /// <summary>Its address as Coffer writes it.</summary>
    public string Address => _options.Unix ? $"swtpm:unix:{SocketPath}" : $"swtpm:127.0.0.1:{_port}";

    /// <summary>Its address as tpm2-tools write it (TPM2TOOLS_TCTI).</summary>
    public string Tcti => _options.Unix ? $"swtpm:path={SocketPath}" : $"swtpm:host=127.0.0.1,port={_port}";

    /// <summary>A folder that goes with the TPM, for files of tests; its state is in <c>state</c>.</summary>
    public TempDirectory Folder => _folder;

    /// <summary>Where a client connects for commands.</summary>
    public EndPoint EndPoint => _options.Unix ? new UnixDomainSocketEndPoint(SocketPath) : new IPEndPoint(IPAddress.Loopback, _port);

    private string SocketPath => _folder.Combine("tpm");

    private string State => _folder.Combine("state");

    /// <summary>Makes a TPM and starts it.</summary>
    public static async Task<SoftwareTpm> StartAsync(SoftwareTpmOptions? options = null, CancellationToken cancellationToken = default)
    {
        var tpm = new SoftwareTpm(options ?? new SoftwareTpmOptions());
        try
        {
            Directory.CreateDirectory(tpm.State);
            if (tpm._options.Vendor is { } vendor) await tpm.SetUpAsync(vendor, cancellationToken);
            await tpm.StartAsync(cancellationToken);
            return tpm;
        }
        catch
        {
            await tpm.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one of tpm2-tools on it, such as <c>tpm2_getcap</c>, in <see cref="Folder"/>.</summary>
    public Task<ToolResult> RunToolAsync(string tool, params string[] arguments) => Tool.RunAsync(Peers.Require(tool), arguments, new ToolOptions
    {
        WorkingDirectory = _folder.Path,
        Environment = new Dictionary<string, string?> { ["TPM2TOOLS_TCTI"] = Tcti },
    });

    /// <summary>Extends a register of the sha256 bank.</summary>
    public async Task ExtendAsync(int register, string bank = "sha256")
    {
        var digits = bank switch { "sha1" => 40, "sha256" => 64, "sha384" => 96, _ => 128 };
        (await RunToolAsync("tpm2_pcrextend", $"{register}:{bank}={new string('5', digits)}")).ShouldSucceed();
    }

    /// <summary>Ends it, in good order or like a power cut.</summary>
    public async Task StopAsync(bool orderly = true)
    {
        if (_process is null) return;
        if (orderly && !_process.HasExited) (await RunToolAsync("tpm2_shutdown", "--clear")).ShouldSucceed();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>A reset: ended and started again with the same state, at the same address.</summary>
    public async Task ResetAsync(bool orderly = true, CancellationToken cancellationToken = default)
    {
        await StopAsync(orderly);
        if (!await TryStartAsync(cancellationToken)) throw new InvalidOperationException($"swtpm did not start again at {Address}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(orderly: false);
        _folder.Dispose();
    }

    private async Task SetUpAsync(TpmVendor vendor, CancellationToken cancellationToken)
    {
        string[] arguments = ["--tpm2", "--tpmstate", State, "--config", vendor.Configuration, "--create-ek-cert", "--pcr-banks", _options.Banks, "--overwrite", "--display"];
        (await Tool.RunAsync(Peers.Require("swtpm_setup"), arguments, new ToolOptions { WorkingDirectory = _folder.Path }, cancellationToken)).ShouldSucceed();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            _port = FreePair();
            if (await TryStartAsync(cancellationToken)) return;
        }
        throw new InvalidOperationException("swtpm does not start");
    }

    private async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        string[] where = _options.Unix
            ? ["--server", $"type=unixio,path={SocketPath}", "--ctrl", $"type=unixio,path={SocketPath}.ctrl"]
            : ["--server", $"type=tcp,port={_port},bindaddr=127.0.0.1", "--ctrl", $"type=tcp,port={_port + 1},bindaddr=127.0.0.1"];
        var start = Tool.StartInfo(Peers.Require("swtpm"), ["socket", "--tpm2", "--tpmstate", $"dir={State}", .. where, "--flags", "startup-clear"], new ToolOptions());
        _process = Process.Start(start) ?? throw new InvalidOperationException("cannot start swtpm");
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var wait = 0; wait < 400 && !_process.HasExited; wait++)
        {
            if (await AnswersAsync(cancellationToken)) return true;
            await Task.Delay(25, cancellationToken);
        }
        await StopAsync(orderly: false);
        return false;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(EndPoint.AddressFamily, SocketType.Stream, _options.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            await socket.ConnectAsync(EndPoint, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // tpm2-tools look for the control channel at the port after the one for commands.
    private static int FreePair()
    {
        while (true)
        {
            var port = LoopbackPort.Free();
            try
            {
                using var next = new TcpListener(IPAddress.Loopback, port + 1);
                next.Start();
                return port;
            }
            catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
            {
                // Somebody else's; another one then.
            }
        }
    }
}
