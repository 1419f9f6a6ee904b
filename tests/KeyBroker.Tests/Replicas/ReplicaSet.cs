using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Replicas;

/// <summary>Three processes of the executable on one PostgreSQL database, each with a data folder of its own, behind a client that asks one after the other.</summary>
internal sealed class ReplicaSet : IReachableBroker, IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly List<BrokerProcess> _processes = [];
    private X509Certificate2? _authority;
    private int _next = -1;

    private ReplicaSet(PostgresCluster cluster) => Cluster = cluster;

    public PostgresCluster Cluster { get; }

    public string Database { get; private set; } = "";

    public IReadOnlyList<BrokerProcess> Processes => _processes;

    public HttpClient Client { get; private set; } = null!;

    public string AdminToken { get; private set; } = "";

    /// <summary>Of another replica each time that it is asked for.</summary>
    public string Address => _processes[(int)((uint)Interlocked.Increment(ref _next) % (uint)_processes.Count)].Address;

    public static async Task<ReplicaSet> StartAsync(PostgresCluster? cluster = null)
    {
        _ = CofferBinary.Require();
        var set = new ReplicaSet(cluster ?? await PostgresCluster.SharedAsync());
        set.Database = await set.Cluster.CreateDatabaseAsync();
        // The first makes the root key, which the others are given, as an operator would.
        await set.AddAsync("a");
        await Task.WhenAll(set.AddAsync("b", set._folder.Combine("a", "root-key")), set.AddAsync("c", set._folder.Combine("a", "root-key")));
        set._authority = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(set._processes[0].CaFile, TestContext.Current.CancellationToken));
        set.Client = RunningBroker.ClientOf(set._authority);
        set.AdminToken = set._processes[0].AdminToken;
        return set;
    }

    public Task<BrokerAnswer> SendAsync(string method, string path, string? token = null, string? body = null) => BrokerRequest.SendAsync(this, method, path, token, body);

    public Task<BrokerAnswer> AdminAsync(string method, string path, string? body = null) => SendAsync(method, path, AdminToken, body);

    /// <summary><c>coffer broker VERB...</c> at one of them, as the administrator.</summary>
    public Task<ToolResult> RunAsync(BrokerProcess at, params string[] verb) => CofferBinary.RunAsync(
        new ToolOptions { Environment = new Dictionary<string, string?> { ["COFFER_BROKER"] = at.Address, ["COFFER_BROKER_CA"] = at.CaFile, ["COFFER_TOKEN"] = AdminToken } }, ["broker", .. verb]);

    public ValueTask DisposeAsync()
    {
        foreach (var process in _processes) process.Dispose();
        Client?.Dispose();
        _authority?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AddAsync(string name, string? rootKey = null)
    {
        var process = await BrokerProcess.StartAsync(_folder.Combine(name), ["--store", Cluster.Address(Database), .. rootKey is null ? Array.Empty<string>() : ["--root-key", rootKey]]);
        lock (_processes) _processes.Add(process);
    }
}
