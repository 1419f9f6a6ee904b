using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Rewrap;

/// <summary>
/// Changes who can open an encrypted image by rewriting its manifests; layer blobs stay as they are. Recipients that
/// nothing here can read are kept unless a selector takes them. It cannot take back what was given: whoever had a layer
/// key keeps it.
/// </summary>
/// <param name="keys">Opens the layers; null where recipients are only removed. Stays the caller's.</param>
/// <param name="add">New recipients, resolved; null for none. Stays the caller's.</param>
/// <param name="remove">Which old recipients go; new ones are never removed.</param>
/// <param name="schemes">Null for all that are built in.</param>
public sealed class RewrapTransform(
    KeyRing? keys, RecipientSet? add, IReadOnlyList<RemovalSelector> remove, IReadOnlyList<IKeyWrapScheme>? schemes = null) : ILayerTransform
{
    private readonly HashSet<RemovalSelector> _used = [];

    /// <inheritdoc/>
    public bool ConvertsToOci => false;

    /// <summary>Encrypted layers that stay as they are; null for none.</summary>
    public Func<Descriptor, bool>? Leaves { get; init; }

    /// <summary>Selectors that took nobody in any layer; with one of them the whole is refused.</summary>
    public IEnumerable<string> UnusedSelectors => remove.Where(r => !_used.Contains(r)).Select(r => r.Text);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ILayerChange?>> PlanAsync(Manifest manifest, IImageSource source, CancellationToken cancellationToken)
    {
        var changes = new ILayerChange?[manifest.Layers.Count];
        for (var i = 0; i < changes.Length; i++)
        {
            var layer = manifest.Layers[i];
            if (!EncAnnotations.IsEncrypted(layer.MediaType) || Leaves?.Invoke(layer) == true) continue;
            changes[i] = new RewrapLayer(layer, await RewriteAsync(layer, cancellationToken).ConfigureAwait(false));
        }
        return changes;
    }

    /// <inheritdoc/>
    public void Planned()
    {
        if (UnusedSelectors.Select(s => Printable.Of(s)).ToList() is not { Count: > 0 } unused) return;
        throw new CofferException(
            $"--remove {string.Join(", --remove ", unused)} matches no recipient of any layer; nothing was changed", ExitStatus.Failed, "coffer inspect IMAGE lists the recipients");
    }

    private async ValueTask<IReadOnlyDictionary<string, string>> RewriteAsync(Descriptor layer, CancellationToken cancellationToken)
    {
        using var opened = keys is not null && (add is not null || remove.Any(r => r.NeedsKey))
            ? await keys.OpenAsync(layer, cancellationToken).ConfigureAwait(false)
            : null;
        var parsed = opened?.Layer ?? EncryptedLayer.Parse(layer, schemes ?? BuiltInSchemes.All);
        var annotations = layer.Annotations
            .Where(a => !a.Key.StartsWith(EncAnnotations.KeysPrefix, StringComparison.Ordinal))
            .ToDictionary();
        foreach (var packet in parsed.Packets)
        {
            if (Without(packet, opened) is { } text) Append(annotations, packet.Annotation, text);
        }
        if (add is not null)
        {
            foreach (var (name, packet) in await add.WrapAsync(opened!.Key, cancellationToken).ConfigureAwait(false)) Append(annotations, name, packet);
        }
        if (!annotations.Keys.Any(a => a.StartsWith(EncAnnotations.KeysPrefix, StringComparison.Ordinal)))
        {
            throw new CofferException(
                $"layer {layer.Digest} would be left with no recipient, and nobody could open it again", ExitStatus.Failed, "add a recipient with --add, or remove fewer");
        }
        return annotations;
    }

    // The packet's text without the recipients that go: unchanged where nobody goes, null where everybody does.
    private string? Without(Packet packet, OpenedLayer? opened)
    {
        var gone = Enumerable.Range(0, packet.Recipients.Count).Where(i => Removed(packet, i, opened)).ToList();
        if (gone.Count == 0) return packet.Text;
        if (gone.Count == packet.Recipients.Count) return null;
        ReadOnlyMemory<byte> rest = packet.Bytes;
        foreach (var recipient in Enumerable.Reverse(gone))
        {
            rest = packet.Scheme!.RemoveRecipient(rest, recipient) ?? throw new CofferException(
                $"{packet.SchemeName}:{packet.FirstNumber + recipient} cannot be cut out of its packet", ExitStatus.Failed, $"remove the whole scheme with --remove {packet.SchemeName} and add the others again");
        }
        return Convert.ToBase64String(rest.Span);
    }

    private bool Removed(Packet packet, int recipient, OpenedLayer? opened)
    {
        var isOpened = opened is not null && ReferenceEquals(opened.Packet, packet) && opened.Recipient == recipient;
        var candidate = new RemovalSelector.Candidate(packet, packet.FirstNumber + recipient, packet.Recipients[recipient], isOpened);
        var taken = remove.Where(r => r.Matches(candidate)).ToList();
        _used.UnionWith(taken);
        return taken.Count > 0;
    }

    private static void Append(Dictionary<string, string> annotations, string name, string packet) =>
        annotations[name] = annotations.TryGetValue(name, out var old) ? $"{old},{packet}" : packet;
}
