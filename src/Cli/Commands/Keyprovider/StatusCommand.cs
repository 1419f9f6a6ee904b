using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Daemon;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>coffer keyprovider status</c>: what a probe runs, and a person who wonders.</summary>
internal sealed class StatusCommand : Verb
{
    private readonly Option<string> _socket = new("--socket") { Description = $"the daemon's Unix socket (default {ListenSettings.DefaultSocket})", HelpName = "PATH", DefaultValueFactory = _ => ListenSettings.DefaultSocket };

    public StatusCommand(Session session)
        : base("status", "Ask a running daemon over its socket whether it serves: exit status 0 if so, 6 if not.", "coffer keyprovider status --socket kp.sock")
    {
        Add(_socket);
        SetAction(async (parsed, cancellationToken) =>
        {
            await DaemonStatus.RequireServingAsync(parsed.GetRequiredValue(_socket), cancellationToken).ConfigureAwait(false);
            session.Output.WriteLine("serving");
            return (int)ExitStatus.Done;
        });
    }
}
