using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using Coffer.Support;

namespace Coffer.Interop.Containerd;

/// <summary>A real containerd with folders and a socket of its own, configured by the sample that operators are given.</summary>
internal sealed class ContainerdNode : IAsyncDisposable
{
    private const int MostPulls = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _folder = new();
    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    /// <summary>The node's key folder, empty at first.</summary>
    public string Keys => _folder.Combine("keys");

    /// <summary>The file that <c>OCICRYPT_KEYPROVIDER_CONFIG</c> names on this node; absent at first.</summary>
    public string ProviderConfig => _folder.Combine("ocicrypt_keyprovider.json");

    /// <summary>What containerd said.</summary>
    public string Log => string.Join('\n', _log);

    private string Socket => _folder.Combine("containerd.sock");

    /// <summary>Starts the node and returns when it takes calls. Fails or skips the test where there is no containerd.</summary>
    /// <param name="decoder">What stands for <c>/usr/local/bin/coffer</c> in the sample.</param>
    public static async Task<ContainerdNode> StartAsync(string decoder)
    {
        var program = Peers.Require("containerd");
        Missing.Require(Environment.IsPrivilegedProcess ? "root" : null, "root, whom containerd needs", "run the tests as root");
        var node = new ContainerdNode();
        try
        {
            node.Configure(decoder);
            await node.StartProcessAsync(program);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Pulls and unpacks as the kubelet asks for it. Null when that went well, else what containerd says.</summary>
    public Task<string?> PullAsync(string image) => CriImages.PullAsync(Socket, image, CancellationToken.None);

    /// <summary>
    /// What containerd says of a pull that has to fail. containerd does not wait for its decoder's end before it asks how that went, so now
    /// and then it has only seen that nothing came out; it is asked again until it has heard more.
    /// </summary>
    public async Task<string> FailToPullAsync(string image)
    {
        for (var attempt = 1; ; attempt++)
        {
            var failure = await PullAsync(image);
            Assert.NotNull(failure);
            if (attempt == MostPulls || !failure.Contains("wrong diff id calculated on extraction", StringComparison.Ordinal)) return failure;
        }
    }

    /// <summary>The files of that name in all unpacked layers.</summary>
    public IReadOnlyList<byte[]> Unpacked(string name)
    {
        var snapshots = _folder.Combine("root", "io.containerd.snapshotter.v1.native", "snapshots");
        try
        {
            return Directory.Exists(snapshots) ? [.. Directory.GetFiles(snapshots, name, SearchOption.AllDirectories).Select(File.ReadAllBytes)] : [];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return []; // Cleared away while we looked.
        }
    }

    /// <summary>True once no file of that name is left of failed unpacking, which containerd clears away a moment later.</summary>
    public async Task<bool> HasRemovedAsync(string name)
    {
        for (var since = Stopwatch.StartNew(); since.Elapsed < Patience; await Task.Delay(50))
            if (Unpacked(name).Count == 0)
                return true;
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            if (!_process.HasExited)
            {
                await Tool.RunAsync("/bin/kill", "-TERM", $"{_process.Id}");
                using var limit = new CancellationTokenSource(Patience);
                try
                {
                    await _process.WaitForExitAsync(limit.Token);
                }
                catch (OperationCanceledException)
                {
                    _process.Kill(entireProcessTree: true);
                }
            }
            _process.Dispose();
        }
        _folder.Dispose();
    }

    private void Configure(string decoder)
    {
        Directory.CreateDirectory(Keys);
        var sample = File.ReadAllText(RepositoryRoot.Combine("ocicrypt-config", "containerd", "config.toml"));
        _folder.Write("conf.d/coffer.toml", sample
            .Replace("/usr/local/bin/coffer", decoder, StringComparison.Ordinal)
            .Replace("/etc/containerd/ocicrypt/keys", Keys, StringComparison.Ordinal)
            .Replace("/etc/coffer/ocicrypt_keyprovider.json", ProviderConfig, StringComparison.Ordinal));
        // The native snapshotter copies files, so that no file system of the machine can be the wrong one for it.
        _folder.Write("config.toml", $"""
            version = 2
            root = "{_folder.Combine("root")}"
            state = "{_folder.Combine("state")}"
            imports = ["{_folder.Combine("conf.d")}/*.toml"]
            disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]
            [grpc]
              address = "{Socket}"
            [plugins."io.containerd.grpc.v1.cri"]
              disable_tcp_service = true
              stream_server_port = "0"
            [plugins."io.containerd.grpc.v1.cri".containerd]
              snapshotter = "native"
            [plugins."io.containerd.grpc.v1.cri".cni]
              conf_dir = "{_folder.Combine("cni")}"
            [plugins."io.containerd.internal.v1.opt"]
              path = "{_folder.Combine("opt")}"
            """);
    }

    private async Task StartProcessAsync(string program)
    {
        _process = new Process { StartInfo = new ProcessStartInfo(program, ["--config", _folder.Combine("config.toml")]) { RedirectStandardOutput = true, RedirectStandardError = true } };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var since = Stopwatch.StartNew(); since.Elapsed < Patience && !_process.HasExited; await Task.Delay(50))
            if (await AnswersAsync())
                return;
        Assert.Fail($"containerd does not start:\n{Log}");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
            _log.Enqueue(line);
    }
}
