using System.Diagnostics;

namespace Coffer.Bench.Broker;

/// <summary>The same three exchanges with a server that does nothing (http-floor): what HTTP over TLS costs by itself.</summary>
internal static class BareExchange
{
    public static async Task<Figures> RunAsync(string url, string ca, ExchangeSizes sizes, int connections, TimeSpan time)
    {
        var begin = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => RunAsync(url, ca, sizes, () => Stopwatch.GetElapsedTime(begin) < time))));
        return Figures.Of(latencies.SelectMany(l => l), Stopwatch.GetElapsedTime(begin));
    }

    private static async Task<List<long>> RunAsync(string url, string ca, ExchangeSizes sizes, Func<bool> again)
    {
        using var connection = new Connection(url, ca);
        var (auth, attest, token) = (new byte[sizes.AuthSent], new byte[sizes.AttestSent], new string('t', sizes.Token));
        var latencies = new List<long>();
        while (again())
        {
            var begin = Stopwatch.GetTimestamp();
            var (_, cookie) = await connection.SendAsync(HttpMethod.Post, "/kbs/v0/auth", auth);
            await connection.SendAsync(HttpMethod.Post, "/kbs/v0/attest", attest, cookie: cookie);
            await connection.SendAsync(HttpMethod.Get, "/kbs/v0/resource/default/image-kek/load-0", token: token);
            latencies.Add(Stopwatch.GetTimestamp() - begin);
        }
        return latencies;
    }
}
