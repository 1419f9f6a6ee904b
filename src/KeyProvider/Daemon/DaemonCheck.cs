using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Daemon.Hosting;
using Coffer.KeyProvider.Sources;
using Coffer.Oci;

namespace Coffer.KeyProvider.Daemon;

/// <summary>Tries what a start would need, without serving: nothing listens, and no metrics are shown or sent.</summary>
public static class DaemonCheck
{
    /// <summary>Opens every key source and the TLS files, and closes them again.</summary>
    /// <param name="settings">Sound in themselves.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ConfigException">Everything that cannot be opened.</exception>
    public static async Task RunAsync(KeyProviderSettings settings, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var source in settings.Sources)
        {
            try
            {
                foreach (var opened in await KeySources.OpenAsync([source], cancellationToken).ConfigureAwait(false)) await opened.DisposeAsync().ConfigureAwait(false);
            }
            catch (CofferException e)
            {
                problems.AddRange([$"sources.{source.Name}: {e.Message}", .. e.Details]);
            }
        }
        if (settings.Listen.Tcp is { } tcp)
        {
            try
            {
                ClientCertificates.Load(tcp);
            }
            catch (CofferException e)
            {
                problems.Add(e.Message);
            }
        }
        if (problems.Count > 0) throw new ConfigException(settings.File is { } file ? $"the configuration {Printable.Of(file)}" : "the key provider's flags", problems);
    }
}
