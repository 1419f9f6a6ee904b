using System.Runtime.InteropServices;
using Coffer.KeyBroker.Audit;
using Coffer.Oci;

namespace Coffer.KeyBroker.Hosting;

/// <summary>Loads the file of <c>--access</c> again when the process is sent SIGHUP. One that is wrong is told of, and changes nothing.</summary>
internal static class AccessReload
{
    /// <returns>The registration; disposal ends it.</returns>
    public static PosixSignalRegistration OnSignal(string file, BrokerParts parts, Action<string> say, CancellationToken stop) => PosixSignalRegistration.Create(
        PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true; // it would end the process
            _ = LoadAsync(file, parts, say, stop);
        });

    private static async Task LoadAsync(string file, BrokerParts parts, Action<string> say, CancellationToken stop)
    {
        try
        {
            await parts.Identities.LoadAsync(file, stop).ConfigureAwait(false);
            await parts.Store.WriteAsync(
                async s =>
                {
                    await parts.Audit.AppendAsync(s, new AuditEvent(RequestIds.Draw(), "access.reload", AuditOutcome.Allowed, "who is let in was read anew") { Actor = "local-signal", Subject = Printable.Of(file) }).ConfigureAwait(false);
                    return true;
                }, stop).ConfigureAwait(false);
            say($"{Printable.Of(file)} was read anew");
        }
        catch (Exception e) when (e is BrokerException or OperationCanceledException)
        {
            say($"{Printable.Of(file)} was not taken, what was read before still counts: {Printable.Of(e.Message)}");
        }
    }
}
