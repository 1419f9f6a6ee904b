using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Storage.Sqlite;
using Coffer.KeyBroker.Tls;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Running;

/// <summary>A broker's web server on a free loopback port with a store of its own, and a client that trusts its CA alone.</summary>
internal sealed class RunningBroker : IReachableBroker, IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly CertificateAuthority _authority;
    private readonly SqliteStore _store;
    private readonly FileRootKey _rootKey;
    private readonly RecordSealer _sealer;
    private BrokerServer? _server;

    private RunningBroker(BrokerRules rules, TimeSpan ahead)
    {
        Clock = new SettableClock(TimeProvider.System.GetUtcNow() + ahead);
        _authority = CertificateAuthority.Make(Clock.GetUtcNow());
        _store = SqliteStore.Open(_folder.Combine("data", "broker.db"), Clock);
        _rootKey = FileRootKey.OpenOrCreate(_folder.Combine("data")).Key;
        _sealer = new RecordSealer(_rootKey);
        Audit = new RecordingAudit(new AuditLog(AuditWriter.Of(_folder.Combine("data")), _rootKey, Clock));
        Parts = new BrokerParts(_store, _rootKey, _sealer, Audit, Clock) { Settings = new BrokerSettings { Rules = rules } };
        Client = ClientOf(_authority.Certificate);
    }

    public SettableClock Clock { get; }

    public RecordingAudit Audit { get; }

    public BrokerParts Parts { get; }

    public HttpClient Client { get; }

    public ConcurrentQueue<Exception> Faults { get; } = [];

    public string AuthorityPem => _authority.Certificate.ExportCertificatePem();

    public string Address => _server!.Addresses[0];

    public string AdminToken { get; private set; } = "";

    public static Task<RunningBroker> StartAsync(params IBrokerFront[] fronts) => StartAsync(_ => fronts, new BrokerRules());

    /// <param name="fronts">The other protocols.</param>
    /// <param name="rules">What the operator set.</param>
    /// <param name="ahead">How far its clock is ahead of the clients'; negative for one that is behind.</param>
    public static async Task<RunningBroker> StartAsync(Func<BrokerParts, IEnumerable<IBrokerFront>> fronts, BrokerRules rules, TimeSpan ahead = default)
    {
        var broker = new RunningBroker(rules, ahead);
        broker.AdminToken = await broker.TokenAsync([Role.Admin], ["**"], null);
        var ends = new[] { new IPEndPoint(IPAddress.Loopback, 0) };
        broker._server = await BrokerServer.StartAsync(
            broker.Parts, ends, new OwnIdentity(broker._authority, ["127.0.0.1"], ahead == default ? TimeProvider.System : broker.Clock), [.. fronts(broker.Parts)],
            new AccessWatch(broker.Parts), (_, e) => broker.Faults.Enqueue(e), TestContext.Current.CancellationToken);
        return broker;
    }

    /// <summary>A token of the roles that are called like the permissions.</summary>
    public Task<string> TokenAsync(IReadOnlyList<Permission> permissions, IReadOnlyList<string> paths, TimeSpan? lifetime) =>
        TokenAsync([.. permissions.Select(p => RoleNames.Parse(PermissionNames.Of(p)))], paths, lifetime);

    public Task<string> TokenAsync(IReadOnlyList<Role> roles, IReadOnlyList<string> paths, TimeSpan? lifetime) => _store.WriteAsync(
        async w => (await Parts.AccessTokens.CreateAsync(w, roles, paths, lifetime, comment: null)).Text, TestContext.Current.CancellationToken);

    /// <inheritdoc/>
    public Task<BrokerAnswer> SendAsync(string method, string path, string? token = null, string? body = null) => BrokerRequest.SendAsync(this, method, path, token, body);

    public Task<BrokerAnswer> AdminAsync(string method, string path, string? body = null) => SendAsync(method, path, AdminToken, body);

    /// <summary>A client that trusts one authority.</summary>
    /// <param name="authority">Whom.</param>
    /// <param name="watch">Sees all of its requests.</param>
    public static HttpClient ClientOf(X509Certificate2 authority, DelegatingHandler? watch = null)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(authority);
        HttpMessageHandler handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1, SslOptions = { CertificateChainPolicy = policy } };
        if (watch is not null) (watch.InnerHandler, handler) = (handler, watch);
        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(60) };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        await _store.DisposeAsync();
        _sealer.Dispose();
        _rootKey.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }
}

/// <summary>The real chain, and what was put down there for tests to look at.</summary>
internal sealed class RecordingAudit(IAuditLog chain) : IAuditLog
{
    public ConcurrentQueue<AuditEvent> Entries { get; } = [];

    public ValueTask AppendAsync(IStoreWriter store, AuditEvent entry)
    {
        Entries.Enqueue(entry);
        return chain.AppendAsync(store, entry);
    }
}
