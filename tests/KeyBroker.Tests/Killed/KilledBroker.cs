using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>The executable's broker in a process of its own, on one data folder throughout its lives.</summary>
internal sealed class KilledBroker : IReachableBroker, IAsyncDisposable
{
    private const int Attempts = 5; // a free port may be taken before the broker binds it

    private static readonly Dictionary<string, string?> Plain = new() { ["COFFER_TOKEN"] = null, ["COFFER_BROKER"] = null, ["COFFER_BROKER_CA"] = null };

    private readonly TempDirectory _folder = new();
    private X509Certificate2? _authority;
    private HttpClient? _client;
    private CofferDaemon? _process;

    public string Data => _folder.Combine("data");

    public string Address { get; private set; } = "";

    public HttpClient Client => _client ?? throw new InvalidOperationException("the broker was never started");

    public string AdminToken { get; private set; } = "";

    public string Log => _process?.Log ?? "";

    /// <summary>How long the last start took.</summary>
    public TimeSpan Startup { get; private set; } = TimeSpan.FromMilliseconds(500);

    public async Task StartAsync()
    {
        var began = Stopwatch.StartNew();
        for (var attempt = 1; ; attempt++)
        {
            var address = $"127.0.0.1:{LoopbackPort.Free()}";
            Address = $"https://{address}";
            _process = await CofferDaemon.TryStartAsync(Plain, Serve(address));
            if (!_process.HasEnded) break;
            if (attempt == Attempts || !Log.Contains("cannot listen", StringComparison.Ordinal)) Assert.Fail($"the broker does not start: {Log}");
            await _process.DisposeAsync();
        }
        Startup = began.Elapsed;
        if (_client is not null) return;
        _authority = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(Path.Combine(Data, "ca.pem"), TestContext.Current.CancellationToken));
        _client = RunningBroker.ClientOf(_authority);
        AdminToken = (await File.ReadAllTextAsync(Path.Combine(Data, "admin-token"), TestContext.Current.CancellationToken)).Trim();
    }

    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
    }

    /// <summary>Starts it and kills it after a while, whether it is ready by then or not.</summary>
    public async Task DieStartingAsync(TimeSpan after)
    {
        var start = new ProcessStartInfo(CofferBinary.Require(), Serve($"127.0.0.1:{LoopbackPort.Free()}")) { RedirectStandardOutput = true, RedirectStandardError = true };
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
        BrokerData.OpenAsync(new BrokerSettings { DataFolder = Data }, alone: false, TimeProvider.System, _ => { }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _client?.Dispose();
        _authority?.Dispose();
        _folder.Dispose();
    }

    private string[] Serve(string address) => ["broker", "serve", "--data", Data, "--listen", address];
}
