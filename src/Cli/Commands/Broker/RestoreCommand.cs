using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyProvider.Memory;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker restore</c>.</summary>
internal sealed class RestoreCommand : Verb
{
    private readonly DataFlags _flags;
    private readonly Argument<string> _file = new("file") { Description = "what coffer broker backup wrote", HelpName = "FILE" };
    private readonly Option<bool> _json = new("--json") { Description = "print what was restored as one JSON document" };

    public RestoreCommand(Session session)
        : base(
            "restore", "Restore a backup into a broker that holds nothing, on its own machine; a store that holds something is refused.",
            "coffer broker restore /backup/broker-2026-11-25 --data /var/lib/coffer-broker --root-key /etc/coffer/root-key",
            "coffer broker token reset-admin --data /var/lib/coffer-broker --root-key /etc/coffer/root-key")
    {
        Note = """
            The root key is the one that the broker had when the backup was made. The whole backup is verified before anything is put:
            one that was changed is refused, exit status 4. Cut short, run it again with the same backup: it goes on, and until then no
            broker starts from that store. The first administrator's token is not in a backup: token reset-admin makes one.
            """;
        Add(_file);
        _flags = new DataFlags(this);
        Add(_json);
        SetAction(async (parsed, cancellationToken) =>
        {
            ProcessHardening.Apply();
            var facts = await BackupRun.RestoreAsync(_flags.Read(parsed), parsed.GetRequiredValue(_file), session.Time, cancellationToken).ConfigureAwait(false);
            BackupOutput.Write(session, facts, parsed.GetValue(_json), "restored from");
            return (int)ExitStatus.Done;
        });
    }
}
