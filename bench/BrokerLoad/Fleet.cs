using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Coffer.Machines;

namespace Coffer.Bench.Broker;

/// <summary>Machines that are enrolled and approved, and the keys of an image's layers that they may have.</summary>
internal sealed class Fleet : IDisposable
{
    private const int BindingKeys = 8, Joining = 8, OpenedOneIn = 100;

    private readonly string _url, _ca;
    private readonly List<Node> _nodes;
    private readonly List<(string Path, byte[] Key)> _layers;

    private Fleet(string url, string ca, List<Node> nodes, List<(string Path, byte[] Key)> layers) => (_url, _ca, _nodes, _layers) = (url, ca, nodes, layers);

    /// <summary>Enrols and approves machines, and puts a key and a policy for each of an image's layers.</summary>
    public static async Task<Fleet> JoinAsync(string url, string ca, string tokenFile, int count, int layers)
    {
        var token = (await File.ReadAllTextAsync(tokenFile)).Trim();
        using var vendor = new TestAuthority($"Load {Guid.NewGuid():N}");
        using var admin = new Connection(url, ca);
        await admin.SendAsync(HttpMethod.Post, "/api/v1/trust", Encoding.UTF8.GetBytes(vendor.BundlePem), token);
        var fleet = new Fleet(url, ca, [], []);
        for (var layer = 0; layer < layers; layer++)
        {
            var (path, key) = ($"default/image-kek/load-{layer}", RandomNumberGenerator.GetBytes(32));
            await admin.SendAsync(HttpMethod.Post, $"/kbs/v0/resource/{path}", key, token);
            fleet._layers.Add((path, key));
        }
        var keys = Enumerable.Range(0, BindingKeys).Select(_ => new RsaPair()).ToList();
        for (var i = 0; i < count; i++) fleet._nodes.Add(new Node(keys[i % BindingKeys]));
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Joining, count)).Select(_ => Task.Run(async () =>
        {
            using var connection = new Connection(url, ca);
            for (int at; (at = Interlocked.Increment(ref next)) < count;)
            {
                var host = await fleet._nodes[at].EnrolAsync(connection, vendor, string.Create(CultureInfo.InvariantCulture, $"load-{at}"));
                await connection.SendAsync(HttpMethod.Post, $"/api/v1/hosts/{host}/approve", token: token);
            }
        })));
        return fleet;
    }

    /// <summary>Attests and fetches one key, over and over, on each of some connections, with a machine of its own in turn.</summary>
    public async Task<Figures> ReleaseAsync(int connections, TimeSpan time)
    {
        var begin = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(Enumerable.Range(0, connections).Select(c => Task.Run(() => ReleaseAsync(c, connections, () => Stopwatch.GetElapsedTime(begin) < time))));
        return Figures.Of(latencies.SelectMany(l => l), Stopwatch.GetElapsedTime(begin));
    }

    /// <summary>What the three exchanges of one attestation with one release weigh: bodies sent and received, and the token, in bytes.</summary>
    public async Task<ExchangeSizes> WeighAsync()
    {
        using var connection = new Connection(_url, _ca);
        var token = await _nodes[0].AttestAsync(connection);
        await Node.FetchAsync(connection, token, _layers[0].Path);
        return connection.Exchanged is [var auth, var attest, var resource]
            ? new ExchangeSizes(auth.Sent, auth.Received, attest.Sent, attest.Received, token.Length, resource.Received)
            : throw new InvalidOperationException("there were not three exchanges");
    }

    /// <summary>All machines start the image at once: each attests, and fetches the keys of all layers.</summary>
    public async Task<string> StartAllAsync()
    {
        var begin = Stopwatch.GetTimestamp();
        var figures = Figures.Of(await Task.WhenAll(_nodes.Select(n => Task.Run(() => StartAsync(n)))), Stopwatch.GetElapsedTime(begin));
        return string.Create(CultureInfo.InvariantCulture,
            $"{figures.Elapsed.TotalSeconds:0.00} {figures.Microseconds(0.5) / 1000:0} {figures.Microseconds(0.99) / 1000:0} {figures.Microseconds(1) / 1000:0}");
    }

    public void Dispose() => _nodes.ForEach(n => n.Dispose());

    private async Task<List<long>> ReleaseAsync(int first, int step, Func<bool> again)
    {
        using var connection = new Connection(_url, _ca);
        var latencies = new List<long>();
        for (var at = first; again(); at += step)
        {
            var node = _nodes[at % _nodes.Count];
            var begin = Stopwatch.GetTimestamp();
            var answer = await Node.FetchAsync(connection, await node.AttestAsync(connection), _layers[0].Path);
            latencies.Add(Stopwatch.GetTimestamp() - begin);
            if (latencies.Count % OpenedOneIn == 1) Check(node, answer, _layers[0].Key);
        }
        return latencies;
    }

    private async Task<long> StartAsync(Node node)
    {
        using var connection = new Connection(_url, _ca);
        var begin = Stopwatch.GetTimestamp();
        var token = await node.AttestAsync(connection);
        foreach (var (path, key) in _layers) Check(node, await Node.FetchAsync(connection, token, path), key);
        return Stopwatch.GetTimestamp() - begin;
    }

    private static void Check(Node node, byte[] answer, byte[] key)
    {
        if (!node.Open(answer).AsSpan().SequenceEqual(key)) throw new InvalidOperationException("a key came back as another");
    }
}
