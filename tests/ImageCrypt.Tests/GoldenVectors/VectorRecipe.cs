using System.Text;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.Keys;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>How one vector is made.</summary>
/// <param name="Name">Of the file.</param>
/// <param name="Expect">Of the outcome.</param>
/// <param name="Comment">What the vector is about, one line.</param>
internal sealed record VectorRecipe(string Name, string Expect, string Comment)
{
    public VectorPayload Payload { get; init; } = VectorPayload.Gzip;

    public IReadOnlyList<string> Identities { get; init; } = ["throwaway-rsa.pem"];

    public IReadOnlyList<string> Recipients { get; init; } = ["jwe:throwaway-rsa.pub.pem"];

    /// <summary>The OAEP hash for token recipients.</summary>
    public string? OaepHash { get; init; }

    /// <summary>What is done to both options documents before they are wrapped and written.</summary>
    public Action<VectorDraft> Before { get; init; } = _ => { };

    /// <summary>What is done to each packet before it is base64-coded.</summary>
    public Func<byte[], byte[]> Packet { get; init; } = packet => packet;

    /// <summary>What is done at last, to annotations and blob.</summary>
    public Action<VectorDraft> After { get; init; } = _ => { };

    public async Task<Vector> MakeAsync()
    {
        var draft = VectorDraft.Of(Name, Payload);
        Before(draft);
        await WrapAsync(draft);
        draft.Annotations[EncAnnotations.PublicOptions] = Convert.ToBase64String(Encoding.UTF8.GetBytes(draft.PublicJson));
        After(draft);
        var mediaType = Payload switch { VectorPayload.Zstd => MediaTypes.OciLayerZstd, VectorPayload.Tar => MediaTypes.OciLayer, _ => MediaTypes.OciLayerGzip };
        return new Vector
        {
            Expect = VectorOutcome.Named(Expect),
            Payload = Digest.Of(draft.Payload),
            DiffId = draft.DiffId,
            MediaType = mediaType,
            Identities = Identities,
            Recipients = Recipients,
            Comment = Comment,
            Layer = new Descriptor(mediaType + EncAnnotations.MediaTypeSuffix, draft.Digest, draft.Size) { Annotations = draft.Annotations },
            Blob = draft.Blob,
        };
    }

    private async Task WrapAsync(VectorDraft draft)
    {
        using var folder = new TempDirectory();
        foreach (var scheme in VectorSchemes.Make(folder, OaepHash))
        {
            var own = Recipients.Select(Locate).Where(r => r.Scheme == scheme.Name).ToList();
            if (own.Count == 0) continue;
            foreach (var wrapper in await scheme.CreateWrappersAsync(own, CancellationToken.None))
            {
                using (wrapper)
                {
                    var packet = Convert.ToBase64String(Packet(await wrapper.WrapAsync(Encoding.UTF8.GetBytes(draft.PrivateJson), CancellationToken.None)));
                    draft.Annotations[wrapper.Annotation] = draft.Annotations.TryGetValue(wrapper.Annotation, out var earlier) ? $"{earlier},{packet}" : packet;
                }
            }
        }
    }

    /// <summary>A recipient of a vector with its key file's full path.</summary>
    public static RecipientSpec Locate(string recipient)
    {
        var spec = RecipientSpec.Parse(recipient);
        return spec.Scheme == "provider" ? spec : spec with { Argument = VectorFolder.Key(spec.Argument) };
    }
}
