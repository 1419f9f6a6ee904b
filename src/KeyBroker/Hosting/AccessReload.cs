using Coffer.KeyBroker.Audit;
using Coffer.Oci;

namespace Coffer.KeyBroker.Hosting;

/// <summary>Loads the file of <c>--access</c>, at the start and again on SIGHUP. One that is wrong changes nothing.</summary>
internal sealed class AccessReload(string file, BrokerParts parts, Action<string> warn)
{
    /// <summary>Such as <c>/etc/coffer/access.json</c>, for messages.</summary>
    public string File => Printable.Of(file);

    /// <summary>Loads it for the first time.</summary>
    /// <exception cref="BrokerException">It cannot be used.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var line in await parts.Identities.LoadAsync(file, cancellationToken).ConfigureAwait(false)) warn(line);
    }

    /// <summary>Loads it anew, and puts that into the audit.</summary>
    /// <exception cref="BrokerException">It cannot be used, and what was read before still counts; or it was read, and the store cannot be used.</exception>
    public async Task ReloadAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken).ConfigureAwait(false);
        await parts.Store.WriteAsync(
            async s =>
            {
                await parts.Audit.AppendAsync(s, new AuditEvent(RequestIds.Draw(), "access.reload", AuditOutcome.Allowed, "who is let in was read anew") { Actor = "local-signal", Subject = File }).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
    }
}
