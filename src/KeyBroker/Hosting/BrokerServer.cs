using System.Net;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Page;
using Coffer.KeyBroker.Telemetry;
using Coffer.KeyBroker.Tls;
using Coffer.Oci;
using Microsoft.AspNetCore.Builder;

namespace Coffer.KeyBroker.Hosting;

/// <summary>The broker on the network. Started, it answers until it is stopped; disposal stops it. It does not own its parts.</summary>
internal sealed class BrokerServer : IAsyncDisposable
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);

    private readonly WebApplication _web;
    private bool _stopped;

    private BrokerServer(WebApplication web, bool isPlain)
    {
        _web = web;
        Ends = [.. web.Urls.Select(u => IPEndPoint.Parse(new Uri(u).Authority))];
        Addresses = [.. web.Urls.Select(u => Address(u, isPlain))];
    }

    /// <summary>Where it answers, with the ports that it got, such as <c>https://127.0.0.1:8080</c>.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <summary>The same as addresses.</summary>
    public IReadOnlyList<IPEndPoint> Ends { get; }

    /// <summary>Opens the ports and answers.</summary>
    /// <param name="parts">What to answer with.</param>
    /// <param name="ends">Where to listen.</param>
    /// <param name="identity">What it shows in handshakes; null for plain HTTP.</param>
    /// <param name="fronts">The other protocols.</param>
    /// <param name="watch">Hears who was turned away.</param>
    /// <param name="faults">Told of faults of ours, with the request's id.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="CofferException">A port cannot be opened.</exception>
    public static async Task<BrokerServer> StartAsync(
        BrokerParts parts, IReadOnlyList<IPEndPoint> ends, IServerIdentity? identity, IReadOnlyList<IBrokerFront> fronts,
        IAccessWatch watch, Action<string, Exception> faults, CancellationToken cancellationToken)
    {
        var dispatch = new AdminDispatch(AdminRoutes.All(parts), parts.Callers, watch, faults);
        var page = new PageSession(parts.RootKey, parts.Time);
        var web = BrokerWeb.Build(ends, identity, () => parts.Identities.AsksForCertificates, dispatch, [.. fronts, new PageFront(page)], page, new RequestWatch(parts.Meter, parts.Log));
        try
        {
            await web.StartAsync(cancellationToken).ConfigureAwait(false);
            return new BrokerServer(web, identity is null);
        }
        catch (Exception e)
        {
            await web.DisposeAsync().ConfigureAwait(false);
            if (e is not (IOException or System.Net.Sockets.SocketException)) throw;
            throw new CofferException($"cannot listen on {string.Join(", ", ends)}: {Printable.Of(e.Message)}", hint: "does another program listen there? --listen names another address", inner: e);
        }
    }

    /// <summary>Takes no new requests and waits some seconds for those under way.</summary>
    public async Task StopAsync()
    {
        if (_stopped) return;
        _stopped = true;
        using var end = new CancellationTokenSource(Drain);
        await _web.StopAsync(end.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _web.DisposeAsync().ConfigureAwait(false);
    }

    // The server calls an address by the scheme it knows of, and TLS by callback is not one of them.
    private static string Address(string url, bool isPlain) => $"{(isPlain ? "http" : "https")}{url[url.IndexOf(':', StringComparison.Ordinal)..]}";
}
