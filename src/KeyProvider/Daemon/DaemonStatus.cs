using System.Net.Sockets;
using Coffer.KeyProvider.Daemon.Hosting;
using Coffer.Oci;

namespace Coffer.KeyProvider.Daemon;

/// <summary>How another process sees a daemon: by the health service on its Unix socket (grpc.health.v1).</summary>
public static class DaemonStatus
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Returns when the daemon says that it serves.</summary>
    /// <param name="socket">The socket's path.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <exception cref="KeyProviderException">It does not within five seconds, or nobody listens, or this user may not ask (<see cref="FailureReason.Unavailable"/>).</exception>
    public static async Task RequireServingAsync(string socket, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var problem = await AskAsync(socket, limit.Token).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (problem is null) return;
        throw new KeyProviderException(
            FailureReason.Unavailable, $"the key provider on {Printable.Of(socket)} does not serve: {problem}", "does it run ('systemctl status coffer-keyprovider'), and may this user call it?");
    }

    private static async Task<string?> AskAsync(string socket, CancellationToken cancellationToken)
    {
        try
        {
            return await HealthQuestion.AskAsync(new UnixDomainSocketEndPoint(socket), cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException)
        {
            return "that is no path of a socket";
        }
    }
}
