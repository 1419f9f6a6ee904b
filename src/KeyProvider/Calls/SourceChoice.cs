using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;
using Coffer.KeyProvider.Sources.Sample;
using Coffer.Oci;

namespace Coffer.KeyProvider.Calls;

/// <summary>Which source is asked.</summary>
/// <param name="options">Provider names with their sources.</param>
/// <param name="sources">In the order of the configuration.</param>
/// <param name="sample">The sample key; null where it is not allowed.</param>
internal sealed class SourceChoice(KeyProviderOptions options, IReadOnlyList<GuardedSource> sources, GuardedSource? sample)
{
    /// <summary>
    /// The source that claims the key id by the longest prefix; else the one that the provider's name stands for; else the
    /// first that claims no prefixes.
    /// </summary>
    /// <exception cref="KeyProviderException"><see cref="FailureReason.UnknownKey"/>: there is none.</exception>
    public GuardedSource ForWrap(RequestedKey asked)
    {
        if (asked.Selection.UseSampleKey) return sample ?? throw new KeyProviderException(FailureReason.Denied, "the sample key is not allowed", "--insecure-allow-sample-key allows it");
        return Claiming(asked.Selection.KeyId)
            ?? (options.Providers.GetValueOrDefault(asked.Provider) is { } name ? sources.FirstOrDefault(s => s.Source.Name == name) : null)
            ?? sources.FirstOrDefault(s => s.Source.KeyIds.Count == 0)
            ?? throw new KeyProviderException(
                FailureReason.UnknownKey, asked.Selection.KeyId is { } id ? $"no key source serves key {Printable.Of(id)}" : "no key source has a default key",
                asked.Selection.KeyId is null && sources.Count > 0 ? $"give keyid=ID; {Known()}" : Known());
    }

    /// <summary>All that know the packet's key, in order; never none. A real source goes before the sample key.</summary>
    /// <exception cref="KeyProviderException"><see cref="FailureReason.UnknownKey"/>: there is none.</exception>
    public IReadOnlyList<GuardedSource> ForUnwrap(AnnotationPacket packet)
    {
        List<GuardedSource> knowing = [.. sources.Where(s => Knows(s, packet))];
        if (sample?.Source.Knows(packet) == true) knowing.Add(sample);
        return knowing.Count > 0 ? knowing : throw new KeyProviderException(
            FailureReason.UnknownKey, $"no key source knows key {Printable.Of(packet.KeyId)}",
            packet.KeyId == SampleKeySource.KeyId ? $"that is a key which everybody knows: --insecure-allow-sample-key allows it; {Known()}" : Known());
    }

    private GuardedSource? Claiming(string? keyId) => keyId is null ? null : sources
        .SelectMany(s => s.Source.KeyIds, (s, prefix) => (Source: s, Prefix: prefix))
        .Where(c => keyId.StartsWith(c.Prefix, StringComparison.Ordinal) || Path(keyId).StartsWith(c.Prefix, StringComparison.Ordinal))
        .OrderByDescending(c => c.Prefix.Length)
        .Select(c => c.Source)
        .FirstOrDefault();

    // A key may be asked for as packets name it: coffer-local:///team-a/1 is among the keys of the prefix team-a.
    private static string Path(string keyId) =>
        keyId.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? keyId[(at + 3)..].TrimStart('/') : keyId;

    private static bool Knows(GuardedSource source, AnnotationPacket packet)
    {
        try
        {
            return source.Source.Knows(packet);
        }
        catch (Exception e)
        {
            throw SourceFailure.Of(e, source.Name, TimeSpan.Zero, cancelled: false, late: false);
        }
    }

    private string Known() => sources.Count == 0 ? "no key source is configured" : $"the key sources here are {string.Join(", ", sources.Select(s => s.Name))}";
}
