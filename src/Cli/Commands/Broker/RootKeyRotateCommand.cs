using System.CommandLine;
using System.Globalization;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyProvider.Memory;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker root-key rotate</c>.</summary>
internal sealed class RootKeyRotateCommand : Verb
{
    private const int UsualPatience = 30;

    private readonly DataFlags _flags;
    private readonly Option<string> _to = new("--to") { Description = "where the new root key is; made where there is none", HelpName = "PLACE", Required = true };
    private readonly Option<string?> _recovery = RootKeyFlags.RecoveryPublicKey();
    private readonly Option<int> _patience = new("--patience") { Description = $"how long to wait for brokers to say that they know the new key (default {UsualPatience})", HelpName = "SECONDS", DefaultValueFactory = _ => UsualPatience };
    private readonly Option<bool> _json = new("--json") { Description = "print what was done as one JSON document" };

    public RootKeyRotateCommand(Session session)
        : base(
            "rotate", "Change the root key while brokers serve: everything is sealed anew under another key, and the old one opens nothing any more.",
            "coffer broker root-key rotate --data /var/lib/coffer-broker --root-key /etc/coffer/root-key --to /etc/coffer/root-key-2",
            "coffer broker root-key rotate --data /var/lib/coffer-broker --root-key tpm:/etc/coffer/root-key.tpm --to tpm:/etc/coffer/root-key-2.tpm,pcrs=4+7+11 --recovery-key recovery.pub.pem")
    {
        Note = """
            Start brokers beforehand with both, --root-key NEW --other-root-key OLD, where they might be started anew meanwhile; those that run
            learn of the new key by themselves. Cut short, by whatever, the same command goes on where it was. Exit status 1: another
            change is under way. Backups from before open with the old key only: keep it as long as them.
            """;
        _flags = new DataFlags(this);
        foreach (var option in (Option[])[_to, _recovery, _patience, _json]) Add(option);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        ProcessHardening.Apply();
        var facts = await RotationRun.RunAsync(
            _flags.Read(parsed) with { RecoveryKeyFile = parsed.GetValue(_recovery) }, parsed.GetRequiredValue(_to), TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(_patience), 0, 3600)),
            session.Time, line => session.Error.WriteLine($"coffer: {line}"), cancellationToken).ConfigureAwait(false);
        if (!parsed.GetValue(_json))
        {
            session.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{facts.Records} records sealed anew; the root key is {facts.KeyId}, in {facts.Place}"));
            return (int)ExitStatus.Done;
        }
        JsonOutput.Write(session.Output, json =>
        {
            json.WriteString("place", facts.Place);
            json.WriteString("keyId", facts.KeyId);
            json.WriteNumber("records", facts.Records);
        });
        return (int)ExitStatus.Done;
    }
}
