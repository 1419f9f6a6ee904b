using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Coffer.Support;

/// <summary>The published executable as <c>coffer broker serve</c> on a free loopback port; ended, if it still runs, when disposed.</summary>
public sealed class BrokerProcess : IDisposable
{
    private const string ServingOn = "serving on ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _log = new();

    private BrokerProcess(string data, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        Data = data;
        _process = new Process { StartInfo = Tool.StartInfo(CofferBinary.Require(), arguments, new ToolOptions { Environment = environment }) };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data == "ready") _ready.TrySetResult();
            else if (line.Data is null) _ready.TrySetException(new InvalidOperationException($"the broker ended: {Log}"));
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not { } text) return;
            _log.Enqueue(text);
            if (text.IndexOf(ServingOn, StringComparison.Ordinal) is >= 0 and var at) _address.TrySetResult(text[(at + ServingOn.Length)..].Split(',')[0]);
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _process.StandardInput.Close();
    }

    /// <summary>Its data folder.</summary>
    public string Data { get; }

    /// <summary>Where it answers, such as <c>https://127.0.0.1:41234</c>.</summary>
    public string Address { get; private set; } = "";

    /// <summary>What it wrote to standard error so far.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>The file that clients pin.</summary>
    public string CaFile => Path.Combine(Data, "ca.pem");

    /// <summary>The administrator's token.</summary>
    public string AdminToken => File.ReadAllText(Path.Combine(Data, "admin-token")).Trim();

    /// <summary>The environment of commands that ask it.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?> { ["COFFER_BROKER"] = Address, ["COFFER_BROKER_CA"] = CaFile, ["COFFER_TOKEN"] = AdminToken };

    /// <summary>Starts it and returns when it says that it is ready.</summary>
    /// <param name="data">Its data folder; made where it is absent.</param>
    /// <param name="flags">Further flags; without <c>--listen</c> it takes a free port of 127.0.0.1.</param>
    public static Task<BrokerProcess> StartAsync(string data, params string[] flags) => StartAsync(data, new Dictionary<string, string?>(), flags);

    /// <summary>The same with variables in its environment.</summary>
    public static async Task<BrokerProcess> StartAsync(string data, IReadOnlyDictionary<string, string?> environment, params string[] flags)
    {
        string[] listen = flags.Contains("--listen") ? [] : ["--listen", "127.0.0.1:0"];
        var broker = new BrokerProcess(data, ["broker", "serve", "--data", data, .. listen, .. flags], environment);
        try
        {
            await broker._ready.Task.WaitAsync(Patience);
            broker.Address = await broker._address.Task.WaitAsync(Patience);
            return broker;
        }
        catch
        {
            broker.Dispose();
            throw;
        }
    }

    /// <summary>Runs <c>coffer broker VERB...</c> as its administrator.</summary>
    public Task<ToolResult> RunAsync(params string[] verb) => CofferBinary.RunAsync(new ToolOptions { Environment = Environment }, ["broker", .. verb]);

    /// <summary>SIGKILL: no chance to clean up.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Sends it a signal, such as STOP.</summary>
    public async Task SignalAsync(string name) =>
        (await Tool.RunAsync("kill", "-s", name, _process.Id.ToString(CultureInfo.InvariantCulture))).ShouldSucceed();

    /// <summary>SIGHUP, and waits for what it says then.</summary>
    public async Task HangUpAsync(string expected)
    {
        (await Tool.RunAsync("kill", "-s", "HUP", _process.Id.ToString(CultureInfo.InvariantCulture))).ShouldSucceed();
        var began = Stopwatch.GetTimestamp();
        while (!Log.Contains(expected, StringComparison.Ordinal))
        {
            if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException($"the broker did not say '{expected}': {Log}");
            await Task.Delay(20);
        }
    }

    /// <summary>SIGTERM; returns the exit status.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Ends it at once where it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
