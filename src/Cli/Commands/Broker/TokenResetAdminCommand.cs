using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyProvider.Memory;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker token reset-admin</c>.</summary>
internal sealed class TokenResetAdminCommand : Verb
{
    private readonly DataFlags _flags;

    public TokenResetAdminCommand(Session session)
        : base(
            "reset-admin", "Write an administrator's token for a day to the data folder, on the broker's own machine, and end the one before; prints the file's path.",
            "coffer broker token reset-admin --data /var/lib/coffer-broker")
    {
        Note = "It needs no token, but the data folder and its root key; the broker may be running. Tokens made with token create stay.";
        _flags = new DataFlags(this);
        SetAction(async (parsed, cancellationToken) =>
        {
            ProcessHardening.Apply();
            session.Output.WriteLine(await BrokerRun.ResetAdminAsync(_flags.Read(parsed), session.Time, cancellationToken).ConfigureAwait(false));
            return (int)ExitStatus.Done;
        });
    }
}
