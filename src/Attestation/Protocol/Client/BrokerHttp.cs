using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Coffer.Oci;

namespace Coffer.Attestation.Protocol.Client;

/// <summary>
/// HTTP to one broker: TLS pinned to a CA file, no redirects, no cookies kept, no proxy unless asked for, every answer bounded in size
/// and time. Safe for many calls at once.
/// </summary>
public sealed class BrokerHttp : IDisposable
{
    private const string SessionCookie = "kbs-session-id";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromSeconds(1);

    private readonly BrokerHttpOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;
    private readonly Uri _base;

    /// <summary>Makes a client; nothing is connected yet.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: the address or the CA file is none;
    /// <see cref="AttestationFault.Unsupported"/>: <c>http://</c> without leave.</exception>
    public BrokerHttp(BrokerHttpOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time, _base) = (options, time, CheckedAddress(options));
#pragma warning disable CA2000 // the client owns its handler
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = options.ProxyFromEnvironment,
            ConnectTimeout = options.ConnectTimeout,
            ActivityHeadersPropagator = null, // what a broker is told of a trace is said in Message, and nothing else
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 64, // KiB
            SslOptions = BrokerTls.Options(options),
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore CA2000
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("coffer", typeof(BrokerHttp).Assembly.GetName().Version?.ToString(3)));
    }

    /// <summary>Host and port, as resources name them.</summary>
    public string Authority => _base.Authority;

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unreachable"/>: no connection, or no answer in time;
    /// <see cref="AttestationFault.Untrusted"/>: the broker's certificate is not vouched for; <see cref="AttestationFault.Malformed"/>:
    /// a redirect, or an answer longer than allowed.</exception>
    public async Task<BrokerAnswer> SendAsync(BrokerRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var began = _time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            try
            {
                return await SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (HttpRequestException e) when (IsRefused(e) && _time.GetElapsedTime(began) < _options.RetryRefusedFor)
            {
                await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (HttpRequestException e)
            {
                throw Explain(e);
            }
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _client.Dispose();

    private async Task<BrokerAnswer> SendOnceAsync(BrokerRequest request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var span = RcarTraces.Request(request.Method.Method);
        using var message = Message(request, RcarTraces.Parent(span));
        try
        {
            using var response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            if ((int)response.StatusCode is >= 300 and < 400)
                throw new AttestationException(AttestationFault.Malformed, $"the broker at {Authority} answers {(int)response.StatusCode}: redirects are not followed", "give the broker's own address");
            var body = await ReadAsync(response.Content, request.MostAnswerBytes, either.Token).ConfigureAwait(false);
            var answer = new BrokerAnswer((int)response.StatusCode, body, Header(response, "X-Request-Id") is { } id ? Printable.Of(id, 64) : null, SessionOf(response));
            RcarTraces.Answered(span, answer.Status, answer.RequestId);
            return answer;
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new AttestationException(AttestationFault.Unreachable, $"the broker at {Authority} does not answer within {_options.Timeout.TotalSeconds:F0} s", inner: e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // The platform says "cancelled" where its own limit for connecting has passed.
            throw new AttestationException(AttestationFault.Unreachable, $"the broker at {Authority} takes no connection within {_options.ConnectTimeout.TotalSeconds:F0} s",
                "is that its address, and is anything between that drops packets?", e);
        }
        catch (IOException e)
        {
            throw new AttestationException(AttestationFault.Unreachable, $"the connection to the broker at {Authority} broke: {Printable.Of(e.Message)}", inner: e);
        }
    }

    private HttpRequestMessage Message(BrokerRequest request, string? traceParent)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(_base, request.Path)) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher };
        if (request.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }
        if (request.Bearer is { } bearer) message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (traceParent is not null) message.Headers.Add("traceparent", traceParent);
        if (request.SessionId is { } session) message.Headers.Add("Cookie", $"{SessionCookie}={session}");
        return message;
    }

    private async Task<byte[]> ReadAsync(HttpContent content, int most, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > most) throw TooLong(most);
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var body = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (body.Length + read > most) throw TooLong(most);
                body.Write(buffer, 0, read);
            }
            return body.ToArray();
        }
    }

    private static string? SessionOf(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Set-Cookie", out var cookies)) return null;
        foreach (var cookie in cookies)
        {
            var pair = cookie.AsSpan(0, cookie.IndexOf(';', StringComparison.Ordinal) is >= 0 and var end ? end : cookie.Length).Trim();
            var name = pair.IndexOf('=');
            if (name < 0 || !pair[..name].SequenceEqual(SessionCookie)) continue;
            var value = pair[(name + 1)..].ToString();
            if (value.Length is > 0 and <= 128 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return value;
        }
        return null;
    }

    private AttestationException Explain(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError => new AttestationException(
            AttestationFault.Untrusted, $"the broker at {Authority} shows no certificate that is trusted here",
            "give its ca.pem as the broker's CA; if it is given, something else answers at that address, the broker has a new CA, or this machine's clock is days off", e),
        HttpRequestError.NameResolutionError => new AttestationException(AttestationFault.Unreachable, $"the broker's name {Authority} is not known to DNS", inner: e),
        HttpRequestError.ConfigurationLimitExceeded => new AttestationException(AttestationFault.Malformed, $"the broker at {Authority} answers with more than allowed", inner: e),
        _ when IsRefused(e) => new AttestationException(AttestationFault.Unreachable, $"nothing listens at {Authority}", "is the broker running, and is that its address?", e),
        _ => new AttestationException(AttestationFault.Unreachable, $"the broker at {Authority} cannot be reached: {Printable.Of(e.Message)}", inner: e),
    };

    private AttestationException TooLong(int most) => new(AttestationFault.Malformed, $"the broker at {Authority} answers with more than {most} bytes");

    private static bool IsRefused(HttpRequestException e) => e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static Uri CheckedAddress(BrokerHttpOptions options)
    {
        var address = options.Address;
        if (!address.IsAbsoluteUri || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
            throw new AttestationException(AttestationFault.Malformed, $"'{Printable.Of(address.OriginalString)}' is not the address of a broker", "it is written https://host:port");
        if (address.Scheme == "http" && !options.InsecureHttp)
            throw new AttestationException(AttestationFault.Unsupported, $"the broker's address {Printable.Of(address.OriginalString)} has no TLS", "use https://; plain HTTP needs --insecure-http");
        return address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
    }
}
