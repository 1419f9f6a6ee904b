namespace Coffer.KeyProvider.Sources;

/// <summary>Opens what the configuration names.</summary>
internal static class KeySources
{
    /// <summary>Opens each, in order. Where one cannot be opened, those before it are disposed.</summary>
    /// <param name="settings">Of each source.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>In the same order; the caller disposes them.</returns>
    /// <exception cref="Coffer.Oci.CofferException">One cannot be opened; the message names the source.</exception>
    public static async Task<IReadOnlyList<IKeySource>> OpenAsync(IReadOnlyList<SourceSettings> settings, CancellationToken cancellationToken)
    {
        var opened = new List<IKeySource>(settings.Count);
        try
        {
            foreach (var source in settings)
            {
                var kind = SourceKinds.Find(source.Type) ?? throw new InvalidOperationException($"no kind of source '{source.Type}'");
                opened.Add(await kind.Open(source, cancellationToken).ConfigureAwait(false));
            }
            return opened;
        }
        catch
        {
            foreach (var source in opened) await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
