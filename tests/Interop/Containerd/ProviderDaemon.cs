using System.Diagnostics;
using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Containerd;

/// <summary>The product's key provider as a daemon, with one local key, and the recipient that stands for it.</summary>
internal sealed class ProviderDaemon : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _folder = new();
    private Process? _process;

    /// <summary>Whoever the daemon opens layers for.</summary>
    public Recipient Recipient => new("daemon", ["provider:coffer:keyid=team-a"], ["provider:coffer"], "provider.coffer")
    {
        Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = _folder.Combine("ocicrypt.json") },
    };

    /// <summary>Starts it and returns when it takes calls.</summary>
    public static async Task<ProviderDaemon> StartAsync()
    {
        var daemon = new ProviderDaemon();
        try
        {
            await daemon.StartProcessAsync();
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the process as a service manager does.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        using var limit = new CancellationTokenSource(Patience);
        if (!_process.HasExited) await Tool.RunAsync("/bin/kill", "-TERM", $"{_process.Id}");
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            _process.Dispose();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task StartProcessAsync()
    {
        var (keys, socket) = (_folder.Combine("keys"), _folder.Combine("kp.sock"));
        (await CofferBinary.RunAsync("keyprovider", "key", "generate", "--dir", keys, "--id", "team-a")).ShouldSucceed();
        _folder.Write("ocicrypt.json", $$"""{"key-providers": {"coffer": {"grpc": "unix://{{socket}}"} } }""");
        _process = Process.Start(new ProcessStartInfo(CofferBinary.Require(), ["keyprovider", "serve", "--socket", socket, "--local-keys", keys]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var log = _process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        if (await _process.StandardOutput.ReadLineAsync(limit.Token) is not "ready") Assert.Fail($"the daemon does not start: {await log}");
    }
}
