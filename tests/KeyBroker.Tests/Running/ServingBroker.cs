using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Hosting;

namespace Coffer.KeyBroker.Tests.Running;

/// <summary>A broker on a data folder, as the command runs it, in this process.</summary>
internal sealed class ServingBroker : IReachableBroker, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private X509Certificate2? _authority;
    private Task _running = Task.CompletedTask;

    private HttpClient? _client;

    /// <inheritdoc/>
    public string Address { get; private set; } = "";

    /// <inheritdoc/>
    public HttpClient Client => _client!;

    /// <summary>Of the first broker of a store.</summary>
    public string AdminToken { get; private set; } = "";

    public ConcurrentQueue<string> Lines { get; } = [];

    public static async Task<ServingBroker> StartAsync(BrokerSettings settings, TimeProvider? time = null)
    {
        var broker = new ServingBroker();
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        broker._running = BrokerRun.ServeAsync(settings, time ?? TimeProvider.System, new LineStream(broker.Lines.Enqueue), addresses => ready.SetResult(addresses[0]), broker._stop.Token);
        if (await Task.WhenAny(ready.Task, broker._running).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken) == broker._running) await broker._running;
        broker.Address = await ready.Task;
        var token = Path.Combine(settings.DataFolder, "admin-token");
        if (File.Exists(token)) broker.AdminToken = (await File.ReadAllTextAsync(token, TestContext.Current.CancellationToken)).Trim();
        var ca = Path.Combine(settings.DataFolder, "ca.pem");
        if (File.Exists(ca))
        {
            broker._authority = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(ca, TestContext.Current.CancellationToken));
            broker._client = RunningBroker.ClientOf(broker._authority);
        }
        return broker;
    }

    /// <inheritdoc/>
    public Task<BrokerAnswer> SendAsync(string method, string path, string? token = null, string? body = null) => BrokerRequest.SendAsync(this, method, path, token, body);

    public Task<BrokerAnswer> AdminAsync(string method, string path, string? body = null) => SendAsync(method, path, AdminToken, body);

    public async Task<int> StatusAsync(string caFile, string token)
    {
        using var ca = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(caFile, TestContext.Current.CancellationToken));
        using var client = RunningBroker.ClientOf(ca);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Address}/api/v1/tokens");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token.Trim()}");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _authority?.Dispose();
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(60));
        _stop.Dispose();
    }
}
