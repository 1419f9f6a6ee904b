using System.Security.Cryptography;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Client;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;
using Coffer.Oci;

namespace Coffer.KeyProvider.Sources.Broker;

/// <summary>
/// Keys that a broker keeps. An owner's side asks it to wrap and never sees the key; a node's side attests and gets the key sealed to
/// this machine. One attestation serves all layers until the token expires or the machine changes.
/// </summary>
internal sealed class BrokerSource : IKeySource
{
    // Within the time that a source has by default, and that runtimes are patient for.
    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(25), WhileBrokerStarts = TimeSpan.FromSeconds(5);

    private readonly BrokerSettings _settings;
    private readonly BrokerNames _names;
    private readonly BrokerHttp _http;
    private readonly BrokerWrapping? _wrapping;
    private readonly IAttester? _attester;
    private readonly TokenCache? _tokens;

    private BrokerSource(BrokerSettings settings, BrokerHttp http, IAttester? attester, TimeProvider time)
    {
        (_settings, _names, _http, _attester) = (settings, new BrokerNames(settings.Url, settings.AllowedHosts), http, attester);
        _wrapping = settings.TokenFile is { } file ? new BrokerWrapping(http, file) : null;
        _tokens = attester is null ? null : new TokenCache(new RcarClient(http, attester), attester, time);
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <inheritdoc/>
    public IReadOnlyList<string> KeyIds => _settings.KeyIds;

    /// <summary>Reads the files that the settings name; connects to nothing yet.</summary>
    /// <exception cref="CofferException">One of them cannot be used, or the TEE is not there.</exception>
    public static BrokerSource Open(BrokerSettings settings, TimeProvider time)
    {
        var options = new BrokerHttpOptions(settings.Url) { CaFile = settings.CaFile, InsecureHttp = settings.InsecureHttp, Timeout = LongestRequest, RetryRefusedFor = WhileBrokerStarts };
        var http = new BrokerHttp(options, time);
        try
        {
            if (settings.TokenFile is { } file) CryptographicOperations.ZeroMemory(AccessTokenFile.Read(file));
            return new BrokerSource(settings, http, settings.Attester is { } attester ? BuiltInTees.Attester(attester, time) : null, time);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Knows(AnnotationPacket packet) => packet.Family is not PacketFamily.Secl && (packet.KeyId.StartsWith("kbs://", StringComparison.Ordinal) || packet.KeyId.StartsWith("kbs+", StringComparison.Ordinal));

    /// <inheritdoc/>
    public Task<AnnotationPacket> WrapAsync(KeySelection selection, ReadOnlyMemory<byte> options, CancellationToken cancellationToken)
    {
        SelectionLimits.Check(selection);
        if (selection.KeyFile is not null) throw new KeyProviderException(FailureReason.BadRequest, "keypath= names a file, and a broker's keys are in none", "leave it out");
        if (_wrapping is null)
        {
            throw new KeyProviderException(FailureReason.Denied, "this key provider may not wrap at the broker: it has no access token",
                "an owner's key provider runs with --token-file; 'coffer broker token create --can wrap' makes one");
        }
        return _wrapping.WrapAsync(selection.KeyId is { } id ? Resource(KeyUri(id)) : null, options, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<byte[]> UnwrapAsync(AnnotationPacket packet, CancellationToken cancellationToken)
    {
        if (_tokens is null)
        {
            throw new KeyProviderException(FailureReason.Denied, "this key provider does not attest, so the broker releases nothing to it",
                "a node's key provider runs with --attester");
        }
        var resource = Resource(packet.KeyId);
        byte[]? kek = null;
        try
        {
            kek = await _tokens.GetAsync(resource, cancellationToken).ConfigureAwait(false);
            if (kek.Length != PacketCipher.KeyBytes)
            {
                throw new KeyProviderException(FailureReason.Integrity, $"the broker's resource {resource.PathAndVersion} has {kek.Length} bytes, and a key has {PacketCipher.KeyBytes}",
                    "it is no key that wraps layers: the image names the wrong resource, or it was put wrongly");
            }
            return PacketCipher.Open(packet, kek);
        }
        catch (AttestationException e)
        {
            throw Failure(e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(kek);
        }
    }

    /// <summary>Gives up the token and its key.</summary>
    public ValueTask DisposeAsync()
    {
        _tokens?.Dispose();
        (_attester as IDisposable)?.Dispose();
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    // What the kid names, once its host is known to be ours. Decided before any name is looked up: an image must not send us anywhere.
    private KbsResourceUri Resource(string kid)
    {
        try
        {
            var resource = KbsResourceUri.Parse(kid);
            if (resource.Host is { } host && !_names.Contains(host))
            {
                throw new KeyProviderException(FailureReason.Denied, $"key {Printable.Of(kid)} names a broker that is not the one configured here ({_http.Authority}); it was not asked",
                    "if that is another name of the same broker, put it among the source's allowedHosts");
            }
            return resource with { Host = null };
        }
        catch (AttestationException e)
        {
            throw new KeyProviderException(FailureReason.BadRequest, e.Message, e.Hint, e);
        }
    }

    // keyid=default/key/1 and keyid=/default/key/1 mean the same as the whole URI.
    private static string KeyUri(string id) => id.Contains("://", StringComparison.Ordinal) ? id : $"kbs:///{id.TrimStart('/')}";

    internal static KeyProviderException Failure(AttestationException e) => new(
        e.Fault switch
        {
            AttestationFault.Denied => FailureReason.Denied,
            AttestationFault.NotFound => FailureReason.UnknownKey,
            AttestationFault.Untrusted => FailureReason.Integrity,
            // What the caller asked for was read before; anything else that is malformed is the broker's answer, or a file here.
            AttestationFault.Malformed or AttestationFault.Unsupported when e is BrokerRefusedException => FailureReason.BadRequest,
            _ => FailureReason.Unavailable,
        },
        e.Message, e.Hint, e);
}
