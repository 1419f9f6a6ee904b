using Coffer.ImageCrypt.Cipher;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Layers;

/// <summary>What the annotations of an encrypted layer say, bounded and taken apart.</summary>
public sealed class EncryptedLayer
{
    /// <summary>Most characters in one recipient annotation.</summary>
    public const int MostAnnotationCharacters = 1024 * 1024;

    /// <summary>Most packets over all recipient annotations of a layer.</summary>
    public const int MostPackets = 256;

    private EncryptedLayer(Descriptor descriptor, IReadOnlyList<Packet> packets)
    {
        Descriptor = descriptor;
        Packets = packets;
    }

    /// <summary>The layer as the manifest describes it.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>Every packet: schemes in the order of <see cref="BuiltInSchemes"/>, then unknown ones; within an annotation as they stand.</summary>
    public IReadOnlyList<Packet> Packets { get; }

    /// <summary>Takes the recipient annotations apart. Packets that cannot be decoded are kept, with what is wrong with them.</summary>
    /// <exception cref="MalformedLayerException">Far too many or far too large annotations.</exception>
    public static EncryptedLayer Parse(Descriptor descriptor, IReadOnlyList<IKeyWrapScheme> schemes)
    {
        var annotations = descriptor.Annotations
            .Where(a => a.Key.StartsWith(EncAnnotations.KeysPrefix, StringComparison.Ordinal))
            .Select(a => (a.Key, a.Value, Order: Order(schemes, a.Key)))
            .OrderBy(a => a.Order).ThenBy(a => a.Key, StringComparer.Ordinal);
        var packets = new List<Packet>();
        foreach (var (name, value, order) in annotations)
        {
            if (value.Length > MostAnnotationCharacters)
            {
                throw new MalformedLayerException($"layer {descriptor.Digest}: annotation {Printable.Of(name)} has {value.Length} characters; the most that is read is {MostAnnotationCharacters}");
            }
            var scheme = order < schemes.Count ? schemes[order] : null;
            foreach (var item in value.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                if (packets.Count == MostPackets) throw new MalformedLayerException($"layer {descriptor.Digest} has more than {MostPackets} recipient packets");
                packets.Add(Packet.Decode(name, item, scheme, packets.Where(p => p.SchemeName == Packet.NameOf(name, scheme)).Sum(p => p.Recipients.Count)));
            }
        }
        return new EncryptedLayer(descriptor, packets);
    }

    /// <summary>The public options, checked.</summary>
    /// <exception cref="CofferException">They are missing or refused; names the layer.</exception>
    public PublicOptions ReadPublicOptions()
    {
        try
        {
            return PublicOptions.Read(Descriptor.Annotations.GetValueOrDefault(EncAnnotations.PublicOptions));
        }
        catch (MalformedLayerException e)
        {
            throw new MalformedLayerException($"layer {Descriptor.Digest}: {e.Message}", e.Hint, e);
        }
    }

    private static int Order(IReadOnlyList<IKeyWrapScheme> schemes, string annotation)
    {
        for (var i = 0; i < schemes.Count; i++)
        {
            if (schemes[i].Owns(annotation)) return i;
        }
        return schemes.Count;
    }
}
