using Coffer.ImageCrypt.KeyWrap;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Layers;

/// <summary>One comma-separated item of a recipient annotation, decoded.</summary>
public sealed class Packet
{
    private Packet(string annotation, string text, IKeyWrapScheme? scheme)
    {
        Annotation = annotation;
        Text = text;
        Scheme = scheme;
    }

    /// <summary>The annotation's name.</summary>
    public string Annotation { get; }

    /// <summary>The item as it stands, base64; what is written back when nothing in it changes.</summary>
    public string Text { get; }

    /// <summary>The scheme that owns the annotation; null for an unknown one.</summary>
    public IKeyWrapScheme? Scheme { get; }

    /// <summary>The scheme's name, or for an unknown one what follows the annotations' common prefix.</summary>
    public string SchemeName => NameOf(Annotation, Scheme);

    /// <summary>The decoded bytes; empty where <see cref="Damage"/> is set.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private init; }

    /// <summary>The recipients that the packet tells of; a damaged packet, or one of an unknown scheme, counts as one.</summary>
    public IReadOnlyList<RecipientDescription> Recipients { get; private init; } = [];

    /// <summary>The number of the first recipient within its scheme and layer, from 0: recipients are called <c>SCHEME:N</c>.</summary>
    public int FirstNumber { get; private init; }

    /// <summary>What is wrong with the packet; null where it can be read.</summary>
    public string? Damage { get; private init; }

    internal static string NameOf(string annotation, IKeyWrapScheme? scheme) =>
        scheme?.Name ?? Printable.Of(annotation[EncAnnotations.KeysPrefix.Length..], 80);

    internal static Packet Decode(string annotation, string text, IKeyWrapScheme? scheme, int firstNumber)
    {
        var name = NameOf(annotation, scheme);
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            return new Packet(annotation, text, scheme) { Damage = "not base64", FirstNumber = firstNumber, Recipients = [new(name)] };
        }
        if (scheme is null) return new Packet(annotation, text, null) { Bytes = bytes, FirstNumber = firstNumber, Recipients = [new(name)] };
        try
        {
            return new Packet(annotation, text, scheme) { Bytes = bytes, FirstNumber = firstNumber, Recipients = scheme.Describe(annotation, bytes) };
        }
        catch (MalformedPacketException e)
        {
            return new Packet(annotation, text, scheme) { Damage = e.Message, FirstNumber = firstNumber, Recipients = [new(name)] };
        }
    }
}
