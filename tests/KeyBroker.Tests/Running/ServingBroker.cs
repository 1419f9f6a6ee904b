using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Hosting;

namespace Coffer.KeyBroker.Tests.Running;

/// <summary>A broker on a data folder, as the command runs it, in this process.</summary>
internal sealed class ServingBroker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public string Address { get; private set; } = "";

    public ConcurrentQueue<string> Lines { get; } = [];

    public static async Task<ServingBroker> StartAsync(BrokerSettings settings)
    {
        var broker = new ServingBroker();
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        broker._running = BrokerRun.ServeAsync(settings, TimeProvider.System, broker.Lines.Enqueue, addresses => ready.SetResult(addresses[0]), broker._stop.Token);
        if (await Task.WhenAny(ready.Task, broker._running).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken) == broker._running) await broker._running;
        broker.Address = await ready.Task;
        return broker;
    }

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
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(60));
        _stop.Dispose();
    }
}
