using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Daemon.Hosting;
using Coffer.Oci;

namespace Coffer.KeyProvider.Daemon;

/// <summary>Reads settings, keys and certificates again and puts them in use, all or nothing, one reload after the other.</summary>
internal sealed class Reloading(DaemonState state) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <returns>True where the new ones are in use; otherwise the old ones stay and the observer knows why.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if (state.Parts.Reload is not { } read) return false;
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var old = state.Settings;
            var (settings, core) = await read(cancellationToken).ConfigureAwait(false);
            try
            {
                var certificates = old.Listen.Tcp is not null && settings.Listen.Tcp is { } tcp ? ClientCertificates.Load(tcp) : null;
                state.Replace(settings, core, certificates);
            }
            catch
            {
                await core.DisposeAsync().ConfigureAwait(false);
                throw;
            }
            state.Observer.Reloaded([.. Notes(old, settings)]);
            return true;
        }
        catch (CofferException e)
        {
            state.Observer.ReloadFailed([e.Message, .. e.Details]);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            state.Observer.ReloadFailed([$"a fault of ours: {Printable.Of(e.Message)}"]);
        }
        finally
        {
            _one.Release();
        }
        return false;
    }

    public void Dispose() => _one.Dispose();

    // What is bound to open sockets and running threads.
    private static IEnumerable<string> Notes(KeyProviderSettings old, KeyProviderSettings now)
    {
        if ((old.Listen.Socket, old.Listen.Mode, old.Listen.Group) != (now.Listen.Socket, now.Listen.Mode, now.Listen.Group)) yield return Later("listen.socket, its mode or its group");
        if (old.Listen.Tcp?.Address.ToString() != now.Listen.Tcp?.Address.ToString()) yield return Later("listen.tcp");
        if (old.Limits.ConcurrentCalls != now.Limits.ConcurrentCalls) yield return Later("limits.concurrentCalls");
        if (old.Limits.MessageBytes != now.Limits.MessageBytes) yield return Later("limits.messageBytes");
        if (old.Log != now.Log) yield return Later("log");
        if (old.Metrics != now.Metrics) yield return Later("metrics");
    }

    private static string Later(string what) => $"{what} changed, which takes effect after a restart";
}
