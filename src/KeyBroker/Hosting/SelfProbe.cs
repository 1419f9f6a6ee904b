using System.Net;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Tls;
using Coffer.Oci;

namespace Coffer.KeyBroker.Hosting;

/// <summary>Asks the broker over its own port how it is, as any client would: a new connection, a handshake, and <c>GET /healthz</c>.</summary>
internal sealed class SelfProbe : IDisposable
{
    private readonly HttpClient _client;
    private readonly Uri _health;

    /// <param name="end">Where it listens, with the port that it got.</param>
    /// <param name="identity">What it shows; null for plain HTTP.</param>
    public SelfProbe(IPEndPoint end, IServerIdentity? identity)
    {
        var address = end.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : end.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : end.Address;
        _health = new Uri($"{(identity is null ? "http" : "https")}://{new IPEndPoint(address, end.Port)}/healthz");
#pragma warning disable CA2000 // the client owns its handler
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero, SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => IsOurs(shown, identity) } });
#pragma warning restore CA2000
    }

    /// <returns>What is wrong; null where all is well.</returns>
    public async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.GetAsync(_health, cancellationToken).ConfigureAwait(false);
            return answer.StatusCode == HttpStatusCode.NoContent ? null : $"it answers {(int)answer.StatusCode}";
        }
        catch (OperationCanceledException)
        {
            return "no answer in time";
        }
        catch (HttpRequestException e)
        {
            return Printable.Of(e.Message);
        }
    }

    public void Dispose() => _client.Dispose();

    // Whoever issued it: it has to be the one that we show.
    private static bool IsOurs(X509Certificate? shown, IServerIdentity? identity) =>
        shown is not null && identity is not null && shown.GetRawCertData().AsSpan().SequenceEqual(identity.Certificate.RawDataMemory.Span);
}
