using System.Globalization;
using Coffer.Bench.Broker;

// usage: broker-load release URL CA TOKEN-FILE NODES CONNECTIONS SECONDS WARM-UP-SECONDS PROCESS
//        broker-load weigh URL CA TOKEN-FILE
//        broker-load bare URL CA SIZES CONNECTIONS SECONDS WARM-UP-SECONDS PROCESS
//        broker-load burst URL CA TOKEN-FILE NODES LAYERS
//        broker-load sessions URL CA COUNT CONNECTIONS
//        broker-load cost SECONDS
//        broker-load commit FOLDER SECONDS
//
// "release" enrols and approves so many simulated machines, then attests and fetches a key over so many connections, one request under
// way on each, and prints "RELEASES-PER-SECOND P50 P99 PROCESSOR" (microseconds from auth to the key, and of the broker's processor time
// for each, by the id of its process, and of this process's own). "weigh" prints the sizes of one such release's exchanges, and "bare" does
// exchanges of these sizes with a server that does nothing, and prints the same as "release". "burst" lets all machines attest and fetch
// the keys of so many layers at once, and prints "SECONDS P50 P99 MOST" (seconds; latencies of a machine's whole start in milliseconds).
// "sessions" opens so many and leaves them open, and prints "SESSIONS-PER-SECOND P50 P99". "cost" prints "NAME MICROSECONDS" of each
// cryptographic operation that one attestation with one release takes the broker, and their sum. "commit" prints the microseconds that one
// page appended and synced takes.
try
{
    switch (args)
    {
        case ["release", var url, var ca, var token, var nodes, var connections, var seconds, var warmUp, var process]:
            using (var fleet = await Fleet.JoinAsync(url, ca, token, Number(nodes), layers: 1))
            {
                await PrintAsync(time => fleet.ReleaseAsync(Number(connections), time), seconds, warmUp, process);
            }
            return 0;
        case ["weigh", var url, var ca, var token]:
            using (var fleet = await Fleet.JoinAsync(url, ca, token, count: 1, layers: 1))
            {
                Console.WriteLine(await fleet.WeighAsync());
            }
            return 0;
        case ["bare", var url, var ca, var sizes, var connections, var seconds, var warmUp, var process]:
            await PrintAsync(time => BareExchange.RunAsync(url, ca, ExchangeSizes.Parse(sizes), Number(connections), time), seconds, warmUp, process);
            return 0;
        case ["burst", var url, var ca, var token, var nodes, var layers]:
            using (var fleet = await Fleet.JoinAsync(url, ca, token, Number(nodes), Number(layers)))
            {
                Console.WriteLine(await fleet.StartAllAsync());
            }
            return 0;
        case ["sessions", var url, var ca, var count, var connections]:
            Console.WriteLine(await OpenSessions.OpenAsync(url, ca, Number(count), Number(connections)));
            return 0;
        case ["cost", var seconds]:
            CryptographicCost.Print(TimeSpan.FromSeconds(Number(seconds)));
            return 0;
        case ["commit", var folder, var seconds]:
            Console.WriteLine(CommitCost.Measure(folder, TimeSpan.FromSeconds(Number(seconds))).ToString("0", CultureInfo.InvariantCulture));
            return 0;
        default:
            await Console.Error.WriteLineAsync("usage: broker-load release|weigh|bare|burst|sessions|cost|commit ...");
            return 2;
    }
}
catch (Exception e) when (e is InvalidOperationException or HttpRequestException)
{
    await Console.Error.WriteLineAsync($"broker-load: {e.Message}");
    return 1;
}

static async Task PrintAsync(Func<TimeSpan, Task<Figures>> load, string seconds, string warmUp, string process)
{
    await load(TimeSpan.FromSeconds(Number(warmUp)));
    var (server, own) = (ProcessorTime.Of(Number(process)), ProcessorTime.Of(Environment.ProcessId));
    var figures = await load(TimeSpan.FromSeconds(Number(seconds)));
    string Each(TimeSpan used) => (used.TotalMicroseconds / Math.Max(1, figures.Count)).ToString("0", CultureInfo.InvariantCulture);
    Console.WriteLine($"{figures} {Each(ProcessorTime.Of(Number(process)) - server)} {Each(ProcessorTime.Of(Environment.ProcessId) - own)}");
}

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
