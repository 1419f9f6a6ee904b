using System.Globalization;
using Coffer.Bench;

// usage: keyprovider-load echo SOCKET
//        keyprovider-load load SOCKET REQUEST CONNECTIONS SECONDS WARM-UP-SECONDS
//        keyprovider-load count SOCKET REQUEST CONNECTIONS CALLS
//
// "load" asks UnWrapKey with the bytes of the file REQUEST over so many connections, one call at a time on each, and prints
// "CALLS-PER-SECOND P50 P99" (microseconds); "count" makes so many calls in all and prints how many were answered.
switch (args)
{
    case ["echo", var socket]:
        await EchoServer.RunAsync(socket);
        return 0;
    case ["load", var socket, var request, var connections, var seconds, var warmUp]:
        using (var load = new Load(socket, await File.ReadAllBytesAsync(request), Number(connections)))
        {
            await load.ForAsync(TimeSpan.FromSeconds(Number(warmUp)));
            Console.WriteLine(await load.ForAsync(TimeSpan.FromSeconds(Number(seconds))));
        }
        return 0;
    case ["count", var socket, var request, var connections, var calls]:
        using (var load = new Load(socket, await File.ReadAllBytesAsync(request), Number(connections)))
        {
            Console.WriteLine(await load.CountAsync(Number(calls)));
        }
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: keyprovider-load echo|load|count SOCKET ...");
        return 2;
}

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
