using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Coffer.Support;

/// <summary>A verb of the executable that serves until it is ended, such as <c>broker serve</c>.</summary>
public sealed class CofferDaemon : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _log = [];

    private CofferDaemon(Process process) => _process = process;

    /// <summary>What it has logged so far.</summary>
    public string Log
    {
        get
        {
            lock (_log) return string.Join('\n', _log);
        }
    }

    /// <summary>Starts it and returns when it says that it is ready.</summary>
    /// <param name="environment">Added to the inherited environment; a null value removes a variable.</param>
    /// <param name="arguments">The verb and its flags.</param>
    public static async Task<CofferDaemon> StartAsync(IReadOnlyDictionary<string, string?> environment, params IEnumerable<string> arguments)
    {
        var daemon = await TryStartAsync(environment, arguments);
        if (daemon._process.HasExited) Assert.Fail($"coffer {string.Join(' ', arguments)} ended: {daemon.Log}");
        return daemon;
    }

    /// <summary>Starts it as that user and his group, without privileges, as a container would; for root alone.</summary>
    public static async Task<CofferDaemon> StartAsync(int user, params IEnumerable<string> arguments)
    {
        var id = user.ToString(CultureInfo.InvariantCulture);
        string[] command = [$"--reuid={id}", $"--regid={id}", "--clear-groups", "--bounding-set=-all", "--no-new-privs", "--", CofferBinary.Require(), .. arguments];
        var daemon = await TryStartAsync("setpriv", new Dictionary<string, string?>(), command);
        if (daemon._process.HasExited) Assert.Fail($"setpriv {string.Join(' ', command)} ended: {daemon.Log}");
        return daemon;
    }

    /// <summary>The same where it may end instead, as when its port is taken.</summary>
    public static Task<CofferDaemon> TryStartAsync(IReadOnlyDictionary<string, string?> environment, IEnumerable<string> arguments) => TryStartAsync(CofferBinary.Require(), environment, arguments);

    private static async Task<CofferDaemon> TryStartAsync(string program, IReadOnlyDictionary<string, string?> environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        }
        var daemon = new CofferDaemon(Process.Start(start) ?? throw new InvalidOperationException("coffer cannot be started"));
        daemon._process.ErrorDataReceived += (_, line) => daemon.Keep(line.Data);
        daemon._process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Patience);
        while (await daemon._process.StandardOutput.ReadLineAsync(limit.Token) is { } said)
        {
            if (said == "ready") return daemon;
        }
        await daemon._process.WaitForExitAsync(limit.Token);
        return daemon;
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes => long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture) * 1024;

    /// <summary>Sends it a signal, such as STOP.</summary>
    public async Task SignalAsync(string name) =>
        (await Tool.RunAsync("kill", "-s", name, _process.Id.ToString(CultureInfo.InvariantCulture))).ShouldSucceed();

    /// <summary>SIGTERM; returns the exit status.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: no chance to clean up.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
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
}
