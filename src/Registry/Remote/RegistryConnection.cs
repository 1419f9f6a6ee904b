using System.Net;
using System.Net.Http.Headers;
using Coffer.Oci;
using Coffer.Registry.Auth;
using Coffer.Registry.Config;

namespace Coffer.Registry.Remote;

/// <summary>
/// One registry as one user sees it: finds out how it is spoken to (once), authenticates before anything is sent,
/// retries what may be retried, and follows redirects without taking credentials along. Safe for several requests at once.
/// </summary>
internal sealed class RegistryConnection : IDisposable
{
    private const int MostRedirects = 5;

    private readonly RegistryTransport _transport;
    private readonly Authorizer _authorizer;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly bool _insecure;
    private volatile Uri? _address;

    public RegistryConnection(RemoteLocation location, RegistryOptions options, RegistriesConf conf)
    {
        Host = location.Reference.Host;
        _insecure = options.TlsVerify is { } verify ? !verify : location.Insecure;
        _transport = new RegistryTransport(Host, _insecure, options);
        _authorizer = new Authorizer(_transport, new CredentialSource(Host, options, conf, location.IsNamed), options.TimeProvider, _insecure);
    }

    /// <summary>The host with its port where it has one.</summary>
    public string Host { get; }

    public RegistryTransport Transport => _transport;

    /// <summary>True where the registry told at the first contact that it keeps signatures of its own (an OpenShift extension).</summary>
    public bool KeepsSignatures { get; private set; }

    /// <summary>Set once the registry refused a streamed upload of unknown length: the next ones come in pieces.</summary>
    public bool WantsPieces { get; set; }

    /// <summary>Set once the registry took a streamed upload: the next ones need not ask first.</summary>
    public bool TakesStreams { get; set; }

    /// <summary>Sends, and returns the answer whatever its status; the caller disposes it.</summary>
    /// <exception cref="CofferException">There is no answer, or no way to authenticate.</exception>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var registry = await AddressAsync(cancellationToken).ConfigureAwait(false);
        var target = Resolve(registry, request.Path);
        // Credentials go to the registry's own address and nowhere else.
        if (!IsSameOrigin(target, registry)) return await SendAsync(request, target, registry, null, cancellationToken).ConfigureAwait(false);
        var header = await _authorizer.HeaderAsync(registry, request.Scope, null, cancellationToken).ConfigureAwait(false);
        var response = await SendAsync(request, target, registry, header, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized || request.Once) return response;
        // The token ran out or lacked a right, or the registry asks only now.
        _authorizer.Learn(response);
        AuthenticationHeaderValue? other;
        try
        {
            other = await _authorizer.HeaderAsync(registry, request.Scope, header, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
        if (other is null || (other.Scheme == header?.Scheme && other.Parameter == header.Parameter)) return response;
        response.Dispose();
        return await SendAsync(request, target, registry, other, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An address that the registry gave in an answer, absolute or relative to what was asked.</summary>
    /// <exception cref="CofferException">It is none that we go to.</exception>
    public Uri Follow(HttpResponseMessage response)
    {
        var asked = response.RequestMessage!.RequestUri!;
        if (response.Headers.Location is not { } location || !Uri.TryCreate(asked, location, out var target)
            || target.Scheme is not ("http" or "https") || target.UserInfo.Length > 0)
        {
            throw new CofferException($"{asked.Authority} answers {(int)response.StatusCode} without a usable Location", ExitStatus.Unreachable);
        }
        if (asked.Scheme == "https" && target.Scheme == "http")
        {
            // A registry behind a TLS proxy often believes that it is spoken to in plain HTTP.
            if (target.IdnHost.Equals(asked.IdnHost, StringComparison.OrdinalIgnoreCase)) return new UriBuilder(target) { Scheme = "https", Port = asked.Port }.Uri;
            if (!_insecure) throw new CofferException($"{asked.Authority} redirects from HTTPS to plain HTTP at {target.Authority}", ExitStatus.Denied, "nothing was sent there");
        }
        return target;
    }

    /// <summary>The exception for an answer that was not hoped for.</summary>
    public async Task<RegistryException> FailureAsync(HttpResponseMessage response, string what, TokenScope scope, CancellationToken cancellationToken)
    {
        var credentials = await _authorizer.CredentialsAsync(scope, cancellationToken).ConfigureAwait(false);
        return await RegistryFailure.ReadAsync(_transport, response, $"{Host} {what}", credentials, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where the registry is, scheme included.</summary>
    public async ValueTask<Uri> AddressAsync(CancellationToken cancellationToken)
    {
        if (_address is { } known) return known;
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _address ??= await GreetAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<Uri> GreetAsync(CancellationToken cancellationToken)
    {
        var secure = new Uri($"https://{Host}/");
        try
        {
            return await GreetAsync(secure, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectionException e) when (_insecure && e.Fault != ConnectionFault.Silent)
        {
            try
            {
                return await GreetAsync(new Uri($"http://{Host}/"), cancellationToken).ConfigureAwait(false);
            }
            catch (ConnectionException plain) when (plain.Fault != ConnectionFault.Final)
            {
                throw e.Fault == ConnectionFault.NoTls ? plain : e;
            }
        }
    }

    private async Task<Uri> GreetAsync(Uri address, CancellationToken cancellationToken)
    {
        var first = true;
        using var response = await _transport.SendAsync(Ping, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Unauthorized))
        {
            throw await RegistryFailure.ReadAsync(_transport, response, $"{Host} does not answer like a registry at /v2/", null, cancellationToken).ConfigureAwait(false);
        }
        _authorizer.Learn(response);
        KeepsSignatures = response.Headers.TryGetValues("X-Registry-Supports-Signatures", out var values) && values.Contains("1");
        return address;

        HttpRequestMessage Ping()
        {
            // Where plain HTTP may be tried next, a broken TLS handshake is not worth waiting for.
            if (!first && _insecure && address.Scheme == "https") throw new ConnectionException(address, ConnectionFault.NoTls, $"{Host} does not speak TLS", null, null);
            first = false;
            return new HttpRequestMessage(HttpMethod.Get, new Uri(address, "v2/"));
        }
    }

    private async Task<HttpResponseMessage> SendAsync(RegistryRequest request, Uri target, Uri registry, AuthenticationHeaderValue? header, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var address = target;
            var response = request.Once
                ? await OnceAsync().ConfigureAwait(false)
                : await _transport.SendAsync(Make, cancellationToken).ConfigureAwait(false);
            if (!IsRedirect(request, response)) return response;
            using (response)
            {
                if (redirects == MostRedirects) throw new CofferException($"{Host} redirects more than {MostRedirects} times", ExitStatus.Unreachable);
                target = Follow(response);
            }

            HttpRequestMessage Make() => request.Make(address, IsSameOrigin(address, registry) ? header : null);

            async Task<HttpResponseMessage> OnceAsync()
            {
                using var message = Make();
                return await _transport.SendOnceAsync(message, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsRedirect(RegistryRequest request, HttpResponseMessage response)
    {
        if (request.Once || response.Headers.Location is null) return false;
        var reading = request.Method == HttpMethod.Get || request.Method == HttpMethod.Head;
        return response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
            || (reading && response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther);
    }

    private static Uri Resolve(Uri registry, string path) =>
        path.StartsWith("https://", StringComparison.Ordinal) || path.StartsWith("http://", StringComparison.Ordinal) ? new Uri(path) : new Uri(registry, path);

    private static bool IsSameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Port == other.Port && one.IdnHost.Equals(other.IdnHost, StringComparison.OrdinalIgnoreCase);

    public void Dispose()
    {
        _authorizer.Dispose();
        _transport.Dispose();
        _one.Dispose();
    }
}
