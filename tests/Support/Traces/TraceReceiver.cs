using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;

namespace Coffer.Support;

/// <summary>Takes spans over OTLP by HTTP, and decodes them (opentelemetry-proto, trace.proto). A collector of our own: none of the real ones is in Debian.</summary>
public sealed class TraceReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _taking;

    public TraceReceiver()
    {
        var at = $"http://127.0.0.1:{LoopbackPort.Free().ToString(CultureInfo.InvariantCulture)}";
        Address = new Uri($"{at}/v1/traces");
        _listener.Prefixes.Add($"{at}/");
        _listener.Start();
        _taking = TakeAsync();
    }

    /// <summary>What has arrived so far.</summary>
    public ConcurrentQueue<ReceivedSpan> Spans { get; } = [];

    /// <summary>Where it takes them.</summary>
    public Uri Address { get; }

    /// <summary>Ends it; what is sent from now on is refused.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _taking;
    }

    private async Task TakeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            foreach (var resource in Fields(body.ToArray(), 1))
            {
                var service = Encoding.UTF8.GetString(Fields(resource, 1).Single());
                foreach (var scope in Fields(resource, 2))
                foreach (var span in Fields(scope, 2)) Spans.Enqueue(Span(service, span));
            }
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    private static ReceivedSpan Span(string service, byte[] span) =>
        new(service, Hex(span, 1), Hex(span, 2), Hex(span, 4), Encoding.UTF8.GetString(Fields(span, 5).Single()), Encoding.UTF8.GetString(span));

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).SingleOrDefault([]));

    // The fields of one number that have a length; all others are stepped over.
    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Number(message, ref at);
            switch (tag & 7)
            {
                case 0: Number(message, ref at); break;
                case 1: at += 8; break;
                case 5: at += 4; break;
                default:
                    var length = (int)Number(message, ref at);
                    if (tag >> 3 == (ulong)number) found.Add(message[at..(at + length)]);
                    at += length;
                    break;
            }
        }
        return found;
    }

    private static ulong Number(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
    }
}
