using System.Security.Cryptography;
using Coffer.ImageCrypt.Cipher;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Layers;

/// <summary>
/// The identities that a user gave, ready to open layers. The order is fixed: schemes as in <see cref="BuiltInSchemes"/>,
/// packets as they stand, and for each packet the identities as they were given. Safe for several layers at once;
/// disposal zeroes the identities.
/// </summary>
public sealed class KeyRing : IDisposable
{
    private readonly IReadOnlyList<IKeyWrapScheme> _schemes;
    private readonly IReadOnlyList<Identity> _identities;
    private readonly Dictionary<IKeyWrapScheme, IKeyUnwrapper?> _unwrappers;

    /// <param name="identities">In the order in which they are tried; owned from now on.</param>
    /// <param name="schemes">Null for all that are built in.</param>
    public KeyRing(IReadOnlyList<Identity> identities, IReadOnlyList<IKeyWrapScheme>? schemes = null)
    {
        _identities = identities;
        _schemes = schemes ?? BuiltInSchemes.All;
        _unwrappers = _schemes.ToDictionary(s => s, s => s.CreateUnwrapper(identities));
    }

    /// <summary>The identities, as the user named them.</summary>
    public IReadOnlyList<string> Names => [.. _identities.Select(i => i.Source)];

    /// <summary>Opens one layer's key.</summary>
    /// <exception cref="NoUsableKeyException">No identity opens any packet; its details name each with its reason.</exception>
    /// <exception cref="CofferException">The annotations are malformed, or a packet was opened and holds no usable key.</exception>
    public async ValueTask<OpenedLayer> OpenAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var layer = EncryptedLayer.Parse(descriptor, _schemes);
        var options = layer.ReadPublicOptions();
        var failures = new List<(Packet Packet, UnwrapFailure Failure)>();
        foreach (var packet in layer.Packets)
        {
            if (packet.Damage is { } damage)
            {
                failures.Add((packet, new UnwrapFailure("", "", damage, Damaged: true)));
            }
            else if (packet.Scheme is null || !_unwrappers.TryGetValue(packet.Scheme, out var unwrapper) || unwrapper is null)
            {
                failures.Add((packet, new UnwrapFailure("", "", NoIdentity(packet))));
            }
            else
            {
                var result = await unwrapper.UnwrapAsync(packet.Annotation, packet.Bytes, cancellationToken).ConfigureAwait(false);
                if (result.PrivateOptions is { } json) return new OpenedLayer(layer, options, ReadKey(descriptor, packet, json), packet, result.Recipient);
                failures.AddRange(result.Failures.Select(f => (packet, f)));
            }
        }
        throw new NoUsableKeyException(layer, failures);
    }

    private static LayerKey ReadKey(Descriptor descriptor, Packet packet, byte[] json)
    {
        try
        {
            return PrivateOptions.Read(json);
        }
        catch (MalformedLayerException e)
        {
            throw new MalformedLayerException($"layer {descriptor.Digest}: the {packet.SchemeName} packet was opened but {e.Message}", e.Hint, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    private static string NoIdentity(Packet packet) => packet.SchemeName switch
    {
        "jwe" => "no private key was given",
        "pkcs7" => "no RSA private key was given",
        "pgp" => "no OpenPGP secret keyring was given",
        "pkcs11" => "no PKCS#11 key file was given",
        "provider" => $"give -d provider:{packet.Recipients[0].Provider ?? "NAME"} to ask this provider",
        _ => "this scheme is unknown here",
    };

    /// <summary>Zeroes the identities.</summary>
    public void Dispose()
    {
        foreach (var unwrapper in _unwrappers.Values) (unwrapper as IDisposable)?.Dispose();
        foreach (var identity in _identities) identity.Dispose();
    }
}

/// <summary>A layer whose key is open. Disposal zeroes the key.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Options">Its public options.</param>
/// <param name="Key">Its key.</param>
/// <param name="Packet">The packet that was opened.</param>
/// <param name="Recipient">The recipient in that packet, from 0.</param>
public sealed record OpenedLayer(EncryptedLayer Layer, PublicOptions Options, LayerKey Key, Packet Packet, int Recipient) : IDisposable
{
    /// <summary>Zeroes the key.</summary>
    public void Dispose() => Key.Dispose();
}
