using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Protocol.Client;

/// <summary>What a client sent.</summary>
internal sealed record Received(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>What it gets: status, body and header lines.</summary>
internal sealed record Reply(int Status, byte[] Body, params string[] Headers);

/// <summary>An HTTP server on a port of 127.0.0.1, with TLS under a CA of its own or without: one request a connection.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly TempDirectory _folder = new();
    private readonly X509Certificate2? _certificate;
    private readonly Func<Received, Reply> _answer;
    private readonly Task _serving;

    public LoopbackServer(Func<Received, Reply> answer, bool tls = true)
    {
        _answer = answer;
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var ca = new CertificateRequest("CN=test CA", caKey, HashAlgorithmName.SHA256);
        ca.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var (from, until) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var root = ca.CreateSelfSigned(from, until);
        CaFile = _folder.Write("ca.pem", root.ExportCertificatePem());
        if (tls) _certificate = Issue(root, from, until);
        _listener.Start();
        _serving = ServeAsync();
    }

    public string CaFile { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Address => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}");

    public List<Received> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _serving;
        _end.Dispose();
        _listener.Dispose();
        _certificate?.Dispose();
        _folder.Dispose();
    }

    private static X509Certificate2 Issue(X509Certificate2 root, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=broker", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(root, from, until, [1]);
        using var both = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pfx), null);
    }

    private async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                await AnswerAsync(client);
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException or OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The client did not like the server, or the test is over.
            }
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        await using Stream stream = _certificate is null ? client.GetStream() : new SslStream(client.GetStream());
        if (stream is SslStream tls) await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _end.Token);
        var head = await ReadHeadAsync(stream);
        if (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal)) return;
        var lines = head.Split("\r\n");
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, System.Globalization.CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, _end.Token);
        var words = lines[0].Split(' ');
        var received = new Received(words[0], words[1], headers, body);
        lock (Requests) Requests.Add(received);
        var reply = _answer(received);
        var answer = $"HTTP/1.1 {reply.Status} x\r\nContent-Length: {reply.Body.Length}\r\nConnection: close\r\n{string.Concat(reply.Headers.Select(h => h + "\r\n"))}\r\n";
        await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(answer), .. reply.Body], _end.Token);
    }

    private async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!(head.Length > 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n") && await stream.ReadAsync(one, _end.Token) > 0) head.Append((char)one[0]);
        return head.ToString();
    }
}
