using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>
/// The executable's broker in processes of its own: one on its data folder, or several replicas on one PostgreSQL, each with a folder of
/// its own, of which clients ask one after the other those that run. The folders stay throughout their lives.
/// </summary>
internal sealed class KilledBroker : IReachableBroker, IAsyncDisposable
{
    private const int Attempts = 5; // a free port may be taken before the broker binds it
    private static readonly TimeSpan Drain = TimeSpan.FromMilliseconds(500); // for clients that have its address already

    private static readonly Dictionary<string, string?> Plain = new() { ["COFFER_TOKEN"] = null, ["COFFER_BROKER"] = null, ["COFFER_BROKER_CA"] = null };

    private readonly TempDirectory _folder = new();
    private readonly string? _store;
    private readonly DelegatingHandler? _watch;
    private readonly CofferDaemon?[] _processes;
    private readonly string[] _addresses;
    private X509Certificate2? _authority;
    private HttpClient? _client;
    private int _next = -1;
    private int _down; // who was killed last, or is started first

    /// <param name="store">The database that replicas share; null for one broker on a file.</param>
    /// <param name="replicas">How many there are.</param>
    /// <param name="watch">Sees all requests.</param>
    public KilledBroker(string? store = null, int replicas = 1, DelegatingHandler? watch = null) =>
        (_store, _processes, _addresses, _watch) = (store, new CofferDaemon?[replicas], new string[replicas], watch);

    /// <summary>The first one's data folder.</summary>
    public string Data => DataOf(0);

    /// <summary>Of one that runs: another one each time.</summary>
    public string Address
    {
        get
        {
            for (var tries = 0; ; tries++)
            {
                var index = (int)((uint)Interlocked.Increment(ref _next) % (uint)_addresses.Length);
                if (_processes[index] is not null || tries == _addresses.Length) return _addresses[index];
            }
        }
    }

    public HttpClient Client => _client ?? throw new InvalidOperationException("the broker was never started");

    public string AdminToken { get; private set; } = "";

    /// <summary>The last lines of each one's.</summary>
    public string Log => string.Join('\n', _processes.SelectMany(p => p?.Log.Split('\n').TakeLast(30) ?? []));

    /// <summary>How long the last start took.</summary>
    public TimeSpan Startup { get; private set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Resident memory of those that run, in bytes.</summary>
    public IReadOnlyList<long> ResidentBytes => [.. _processes.Where(p => p is not null).Select(p => p!.ResidentBytes)];

    /// <summary>Starts those that do not run.</summary>
    public async Task StartAsync()
    {
        for (var i = 0; i < _processes.Length; i++)
        {
            if (_processes[i] is null) await StartAsync(i);
        }
        if (_client is not null) return;
        _authority = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(Path.Combine(Data, "ca.pem"), TestContext.Current.CancellationToken));
        _client = RunningBroker.ClientOf(_authority, _watch);
        AdminToken = (await File.ReadAllTextAsync(Path.Combine(Data, "admin-token"), TestContext.Current.CancellationToken)).Trim();
    }

    /// <summary>Ends one as an operator does, once nobody asks it any more, and starts it again; another each time.</summary>
    public async Task RestartAsync()
    {
        var index = _down = (_down + 1) % _processes.Length;
        var process = _processes[index]!;
        _processes[index] = null;
        await Task.Delay(Drain, TestContext.Current.CancellationToken);
        Assert.Equal(0, await process.TerminateAsync());
        await process.DisposeAsync();
        await StartAsync(index);
    }

    /// <summary>Kills one, another each time.</summary>
    public async Task KillAsync()
    {
        _down = (_down + 1) % _processes.Length;
        var process = _processes[_down]!;
        await process.KillAsync();
        _processes[_down] = null;
        await process.DisposeAsync();
    }

    /// <summary>Lets one stand still for so long, in the midst of whatever it does; another each time.</summary>
    public async Task FreezeAsync(TimeSpan during)
    {
        var process = _processes[_down = (_down + 1) % _processes.Length]!;
        await process.SignalAsync("STOP");
        await Task.Delay(during, TestContext.Current.CancellationToken);
        await process.SignalAsync("CONT");
    }

    /// <summary>Starts the one that does not run and kills it after a while, whether it is ready by then or not.</summary>
    public async Task DieStartingAsync(TimeSpan after)
    {
        var start = new ProcessStartInfo(CofferBinary.Require(), Serve(_down, $"127.0.0.1:{LoopbackPort.Free()}")) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        await Task.Delay(after, TestContext.Current.CancellationToken);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public Task<BrokerAnswer> SendAsync(string method, string path, string? token = null, string? body = null) => BrokerRequest.SendAsync(this, method, path, token, body);

    public Task<BrokerAnswer> AdminAsync(string method, string path, string? body = null) => SendAsync(method, path, AdminToken, body);

    /// <summary>The verb as an operator runs it.</summary>
    public Task<ToolResult> RunAsync(params string[] arguments) => CofferBinary.RunAsync(
        new ToolOptions { Environment = new Dictionary<string, string?> { ["COFFER_BROKER"] = Address, ["COFFER_BROKER_CA"] = Path.Combine(Data, "ca.pem"), ["COFFER_TOKEN"] = AdminToken } }, arguments);

    /// <summary>The data folder, opened beside the broker that serves from it.</summary>
    public Task<BrokerData> LookAsync() =>
        BrokerData.OpenAsync(new BrokerSettings { DataFolder = Data, Store = _store }, alone: false, TimeProvider.System, _ => { }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (process is not null) await process.DisposeAsync();
        }
        _client?.Dispose();
        _authority?.Dispose();
        _folder.Dispose();
    }

    private async Task StartAsync(int index)
    {
        var began = Stopwatch.StartNew();
        for (var attempt = 1; ; attempt++)
        {
            var address = $"127.0.0.1:{LoopbackPort.Free()}";
            _addresses[index] = $"https://{address}";
            var process = await CofferDaemon.TryStartAsync(Plain, Serve(index, address));
            if (!process.HasEnded)
            {
                _processes[index] = process;
                Startup = began.Elapsed;
                return;
            }
            var log = process.Log;
            await process.DisposeAsync();
            if (attempt == Attempts || !log.Contains("cannot listen", StringComparison.Ordinal)) Assert.Fail($"the broker does not start: {log}");
        }
    }

    private string DataOf(int index) => _folder.Combine(index == 0 ? "data" : $"data-{index}");

    private string[] Serve(int index, string address)
    {
        string[] shared = _store is null ? [] : ["--store", _store];
        string[] key = index == 0 ? [] : ["--root-key", Path.Combine(Data, "root-key")];
        return ["broker", "serve", "--data", DataOf(index), "--listen", address, .. shared, .. key];
    }
}
