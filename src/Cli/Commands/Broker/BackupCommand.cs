using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyProvider.Memory;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker backup</c>.</summary>
internal sealed class BackupCommand : Verb
{
    private readonly DataFlags _flags;
    private readonly Argument<string> _file = new("file") { Description = "the new file; one that is there is not overwritten", HelpName = "FILE" };
    private readonly Option<bool> _json = new("--json") { Description = "print what was written as one JSON document" };

    public BackupCommand(Session session)
        : base(
            "backup", "Write one consistent state of the whole store to a file, on the broker's own machine; the broker may be serving.",
            "coffer broker backup /backup/broker-2026-11-25 --data /var/lib/coffer-broker",
            "coffer broker backup /backup/broker-2026-11-25 --data /var/lib/coffer-broker --root-key tpm:/etc/coffer/root-key.tpm")
    {
        Note = """
            The file is encrypted and authenticated under the root key, and opens with that alone: keep a copy of the root key, or the
            recovery key's private half, elsewhere. Sessions and attestations under way are left out. coffer broker restore reads it,
            into whatever store.
            """;
        Add(_file);
        _flags = new DataFlags(this);
        Add(_json);
        SetAction(async (parsed, cancellationToken) =>
        {
            ProcessHardening.Apply();
            var facts = await BackupRun.BackupAsync(_flags.Read(parsed), parsed.GetRequiredValue(_file), session.Time, cancellationToken).ConfigureAwait(false);
            BackupOutput.Write(session, facts, parsed.GetValue(_json), "written to");
            return (int)ExitStatus.Done;
        });
    }
}
