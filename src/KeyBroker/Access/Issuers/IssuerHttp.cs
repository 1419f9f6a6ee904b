using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access.Issuers;

/// <summary>Fetches small documents of one issuer: no redirects, no proxy, no cookies, bounded in size and time; HTTPS unless on this machine.</summary>
internal sealed class IssuerHttp : IDisposable
{
    /// <summary>The largest document, in bytes.</summary>
    public const int MostBytes = 256 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client;
    private readonly bool _insecure;

    /// <param name="roots">Who may vouch for the issuer; null for the system's authorities. Not owned.</param>
    /// <param name="insecure">Whether plain HTTP may go to other machines.</param>
    public IssuerHttp(X509Certificate2Collection? roots, bool insecure)
    {
        _insecure = insecure;
        var tls = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (roots is not null) tls.CertificateChainPolicy = PemRoots.Policy(roots, PemRoots.ForServers);
#pragma warning disable CA2000 // the client owns its handler
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = Limit, PooledConnectionLifetime = TimeSpan.FromMinutes(2), SslOptions = tls,
        })
        { Timeout = Limit, MaxResponseContentBufferSize = MostBytes };
#pragma warning restore CA2000
    }

    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: not HTTPS, not there in time, too large, or any other status than 200.</exception>
    public async Task<byte[]> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        var shown = Printable.Of(address.OriginalString, 256);
        if (address.Scheme != "https" && !(address.Scheme == "http" && (address.IsLoopback || _insecure))) throw new BrokerException(BrokerFault.Unavailable, $"{shown} is not HTTPS");
        try
        {
            using var response = await _client.GetAsync(address, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode != 200) throw new BrokerException(BrokerFault.Unavailable, $"{shown} answers {(int)response.StatusCode}");
            return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new BrokerException(BrokerFault.Unavailable, $"{shown} cannot be fetched: {Printable.Of(e.InnerException?.Message ?? e.Message, 256)}", null, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BrokerException(BrokerFault.Unavailable, $"{shown} does not answer within {Limit.TotalSeconds:0} s", null, e);
        }
    }

    public void Dispose() => _client.Dispose();
}
