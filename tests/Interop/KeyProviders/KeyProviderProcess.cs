using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Coffer.Support;

namespace Coffer.Interop.KeyProviders;

/// <summary>A running <c>coffer keyprovider serve</c>; ended, if it still runs, when disposed.</summary>
internal sealed partial class KeyProviderProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _log = [];

    private KeyProviderProcess(Process process) => _process = process;

    /// <summary>What it has logged so far.</summary>
    public string Log
    {
        get
        {
            lock (_log) return string.Join('\n', _log);
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes =>
        long.Parse(File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;

    /// <summary>Starts the daemon and returns when it says that it is ready.</summary>
    public static Task<KeyProviderProcess> StartAsync(params IEnumerable<string> arguments) => StartAsync(new Dictionary<string, string?>(), arguments);

    /// <summary>The same with more in its environment.</summary>
    public static async Task<KeyProviderProcess> StartAsync(IReadOnlyDictionary<string, string?> environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(CofferBinary.Require(), ["keyprovider", "serve", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var daemon = new KeyProviderProcess(Process.Start(start) ?? throw new InvalidOperationException("coffer cannot be started"));
        daemon._process.ErrorDataReceived += (_, line) => daemon.Keep(line.Data);
        daemon._process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Patience);
        var said = await daemon._process.StandardOutput.ReadLineAsync(limit.Token);
        if (said == "ready") return daemon;
        await daemon._process.WaitForExitAsync(limit.Token);
        Assert.Fail($"the daemon said '{said}' and ended: {daemon.Log}");
        return daemon;
    }

    /// <summary>SIGKILL: no chance to clean up.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; returns the exit status.</summary>
    public async Task<int> TerminateAsync()
    {
        Assert.Equal(0, Kill(_process.Id, (int)PosixSignalNumber.Terminate));
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_log) _log.Add(line);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    private enum PosixSignalNumber
    {
        Terminate = 15,
    }
}
