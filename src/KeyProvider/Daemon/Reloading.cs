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
            var started = state.Parts.Settings;
            var (settings, core) = await read(cancellationToken).ConfigureAwait(false);
            try
            {
                var certificates = started.Listen.Tcp is not null && settings.Listen.Tcp is { } tcp ? ClientCertificates.Load(tcp) : null;
                state.Replace(settings, core, certificates);
            }
            catch
            {
                await core.DisposeAsync().ConfigureAwait(false);
                throw;
            }
            state.Observer.Reloaded([.. Notes(started, settings)]);
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

    // What open sockets and the web server were set up with at the start.
    private static IEnumerable<string> Notes(KeyProviderSettings started, KeyProviderSettings now)
    {
        if ((started.Listen.Socket, started.Listen.Mode, started.Listen.Group) != (now.Listen.Socket, now.Listen.Mode, now.Listen.Group)) yield return Later("listen.socket, its mode or its group");
        if (started.Listen.Tcp?.Address.ToString() != now.Listen.Tcp?.Address.ToString()) yield return Later("listen.tcp");
        if (started.Limits.ConcurrentCalls != now.Limits.ConcurrentCalls) yield return Later("limits.concurrentCalls");
        if (started.Limits.MessageBytes != now.Limits.MessageBytes) yield return Later("limits.messageBytes");
        if (started.Log != now.Log) yield return Later("log");
        if (started.Metrics != now.Metrics) yield return Later("metrics");
    }

    private static string Later(string what) => $"{what} changed, which takes effect after a restart";
}
