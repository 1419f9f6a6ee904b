using System.Text;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Tests.GoldenVectors;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Layers;

/// <summary>
/// Hostile annotations on the way that every layer goes: taken apart, tried with keys of every kind, cut. They open to the
/// right key or end in the documented exception.
/// </summary>
public sealed class AnnotationFuzzTests : IDisposable
{
    private static readonly string[] KeyFiles = ["throwaway-rsa.pem", "throwaway-rsa.crt", "throwaway-p256.pem", "throwaway-oct.jwk", "throwaway-pgp-rsa.sec.asc"];
    private readonly List<(Descriptor Layer, string Annotation)> _annotations;
    private readonly KeyRing _keys;

    public AnnotationFuzzTests()
    {
        _annotations = [.. VectorFolder.Names.Select(VectorFolder.Read)
            .Where(v => v.Identities.All(i => KeyFiles.Contains(i) || i.StartsWith("token:", StringComparison.Ordinal) || i.StartsWith("provider:", StringComparison.Ordinal)))
            .SelectMany(v => v.Layer.Annotations.Keys.Select(a => (v.Layer, a)))];
        var identities = new List<Identity>();
        foreach (var file in KeyFiles) identities.AddRange(new IdentityReader().ReadAsync(IdentitySpec.Parse(VectorFolder.Key(file)), CancellationToken.None).AsTask().GetAwaiter().GetResult());
        _keys = new KeyRing(identities);
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void Text_of_an_annotation_gone_wrong_is_refused_in_order() => Fuzzing.Run(
        "annotation",
        [.. _annotations.Select(a => Encoding.Latin1.GetBytes(a.Layer.Annotations[a.Annotation]))],
        (text, from) => Open(from, Encoding.Latin1.GetString(text)));

    [Fact]
    public void Packet_or_options_gone_wrong_are_refused_in_order()
    {
        var inside = _annotations.Select(a => FirstItem(a.Layer.Annotations[a.Annotation])).ToList();
        Fuzzing.Run("packet", inside, (bytes, from) => Open(from, Convert.ToBase64String(bytes)));
    }

    private void Open(int from, string text)
    {
        var (layer, name) = _annotations[from];
        var altered = layer.WithAnnotation(name, text);
        try
        {
            foreach (var packet in EncryptedLayer.Parse(altered, BuiltInSchemes.All).Packets)
            {
                Assert.NotEmpty(packet.Recipients);
                if (packet.Damage is null && packet.Scheme is { } scheme) scheme.RemoveRecipient(packet.Bytes, packet.Recipients.Count - 1);
            }
        }
        catch (CofferException e)
        {
            IsOneLine(e);
        }
        try
        {
            using var opened = _keys.OpenAsync(altered, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            Assert.Equal((32, 16), (opened.Key.Key.Length, opened.Key.Nonce.Length));
        }
        catch (CofferException e)
        {
            IsOneLine(e);
        }
    }

    private static void IsOneLine(CofferException error)
    {
        Assert.NotEqual(ExitStatus.Done, error.ExitStatus);
        Assert.All([error.Message, error.Hint ?? "", .. error.Details], line => Assert.DoesNotContain(line, char.IsControl));
    }

    private static byte[] FirstItem(string annotation)
    {
        try
        {
            return Convert.FromBase64String(annotation.Split(',')[0]);
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
