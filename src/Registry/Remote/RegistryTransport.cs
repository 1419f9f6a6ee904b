using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Coffer.Oci;
using Coffer.Registry.Config;

namespace Coffer.Registry.Remote;

/// <summary>
/// HTTP towards one registry, its token service and where it redirects to: one pool of connections, no cookies, no
/// automatic redirects, and errors that name the host and the cause. Safe for several requests at once.
/// </summary>
internal sealed class RegistryTransport : IDisposable
{
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _http;
    private readonly HostCertificates _certificates;
    private readonly TlsTrust _trust;
    private readonly RegistryOptions _options;

    /// <param name="host">The registry, with its port where it has one.</param>
    /// <param name="insecure">True: any certificate is taken.</param>
    /// <param name="options">Certificates, patience, user agent.</param>
    public RegistryTransport(string host, bool insecure, RegistryOptions options)
    {
        _options = options;
        _certificates = HostCertificates.Load(host, options.CertDir, options.Places);
        _trust = new TlsTrust(new Uri("https://" + host).IdnHost, insecure, _certificates);
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromTicks(Math.Min(options.Patience.Ticks, TimeSpan.FromSeconds(30).Ticks)),
            Expect100ContinueTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            EnableMultipleHttp2Connections = true,
            MaxResponseHeadersLength = 64,
            // What is left of an answer nobody reads to its end is not worth waiting for.
            MaxResponseDrainSize = 64 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            SslOptions = _trust.Options(),
        };
        _http = new HttpMessageInvoker(_handler, disposeHandler: true);
        Retries = new RetrySchedule(options.RetryTimes, options.TimeProvider);
    }

    public RetrySchedule Retries { get; }

    public TimeSpan Patience => _options.Patience;

    /// <summary>Sends once. The answer is returned as soon as its headers are there; the caller disposes it.</summary>
    /// <exception cref="ConnectionException">There is no answer.</exception>
    public async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.UserAgent.ParseAdd(_options.UserAgent);
        var secure = request.RequestUri!.Scheme == "https";
        request.Version = secure ? HttpVersion.Version20 : HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        var upload = request.Content as UploadContent;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        upload?.Watch(time, Patience);
        if (upload is null) time.CancelAfter(Patience);
        try
        {
            return await _http.SendAsync(request, time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectionException(request.RequestUri, ConnectionFault.Silent, $"{request.RequestUri.Authority} does not answer within {Patience.TotalSeconds:0.#} s", null, e);
        }
        catch (HttpRequestException e)
        {
            throw Explain(request.RequestUri, e);
        }
        catch (IOException e)
        {
            throw new ConnectionException(request.RequestUri, ConnectionFault.Broken, $"the connection to {request.RequestUri.Authority} broke", null, e);
        }
    }

    /// <summary>Sends what can be sent again, as often as the schedule allows, on breaks and on answers that ask for it.</summary>
    /// <exception cref="ConnectionException">There is no answer to the last attempt either.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            TimeSpan? asked = null;
            try
            {
                using var request = make();
                var response = await SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
                if (attempt >= Retries.Times || !RetrySchedule.IsWorthwhile(response.StatusCode)) return response;
                asked = Retries.Asked(response);
                response.Dispose();
            }
            catch (ConnectionException e) when (attempt < Retries.Times && e.IsWorthRetrying)
            {
                // Waited for below.
            }
            await Retries.WaitAsync(attempt, asked, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A whole body of at most <paramref name="most"/> bytes.</summary>
    /// <exception cref="CofferException">It is longer.</exception>
    /// <exception cref="ConnectionException">It breaks off or stands still.</exception>
    public async Task<byte[]> ReadAsync(HttpResponseMessage response, int most, string what, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > most) throw TooLong();
        var address = response.RequestMessage!.RequestUri!;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(Patience);
        try
        {
            using var body = new MemoryStream();
            var stream = await response.Content.ReadAsStreamAsync(time.Token).ConfigureAwait(false);
            var buffer = new byte[16 * 1024];
            int count;
            while ((count = await stream.ReadAsync(buffer, time.Token).ConfigureAwait(false)) > 0)
            {
                if (body.Length + count > most) throw TooLong();
                body.Write(buffer, 0, count);
            }
            return body.ToArray();
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectionException(address, ConnectionFault.Silent, $"{address.Authority} does not send {what} within {Patience.TotalSeconds:0.#} s", null, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new ConnectionException(address, ConnectionFault.Broken, $"the connection to {address.Authority} broke within {what}", null, e);
        }

        CofferException TooLong() => new($"{what} has more than the {most} bytes that are read");
    }

    private ConnectionException Explain(Uri address, HttpRequestException e)
    {
        var host = address.Authority;
        if (e.HttpRequestError == HttpRequestError.NameResolutionError)
        {
            return new ConnectionException(address, ConnectionFault.Final, $"the host name {address.IdnHost} cannot be resolved", "check the spelling and the network", e);
        }
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
            {
                return new ConnectionException(address, ConnectionFault.Final, $"{host} refuses connections", "is the registry running, on this port?", e);
            }
            if (inner is AuthenticationException) return Tls(address, e);
        }
        return e.HttpRequestError == HttpRequestError.SecureConnectionError
            ? Tls(address, e)
            : new ConnectionException(address, ConnectionFault.Broken, $"the connection to {host} broke", null, e);
    }

    private ConnectionException Tls(Uri address, HttpRequestException e) => _trust.Problem is { } problem
        ? new ConnectionException(address, ConnectionFault.Final, $"{address.Authority} cannot be trusted: {problem}", "put its authority's certificate into a folder and name it with --cert-dir, or give --tls-verify=false to take any certificate", e)
        : new ConnectionException(address, ConnectionFault.NoTls, $"{address.Authority} does not speak TLS as we do", "if it speaks plain HTTP, give --tls-verify=false; if it wants a client certificate, name its folder with --cert-dir", e);

    public void Dispose()
    {
        _http.Dispose();
        _certificates.Dispose();
    }
}
