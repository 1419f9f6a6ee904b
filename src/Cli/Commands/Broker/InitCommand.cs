using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyProvider.Memory;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker init</c>.</summary>
internal sealed class InitCommand : Verb
{
    private readonly DataFlags _flags;
    private readonly Option<string?> _recovery = RootKeyFlags.RecoveryPublicKey();
    private readonly Option<bool> _json = new("--json") { Description = "print what there is as one JSON document" };

    public InitCommand(Session session)
        : base(
            "init", "Make a broker's data folder: root key, store, CA and administrator's token. What is there already is left as it is.",
            "coffer broker init --data /var/lib/coffer-broker",
            "coffer broker init --data /var/lib/coffer-broker --root-key /etc/coffer/broker-root-key",
            "coffer broker init --data /var/lib/coffer-broker --root-key tpm:/etc/coffer/root-key.tpm,pcrs=4+7+11 --recovery-key recovery.pub.pem",
            "coffer broker init --data /var/lib/coffer-broker --root-key pkcs11:/etc/coffer/root-key.hsm,key=/etc/coffer/hsm.key --recovery-key recovery.pub.pem")
    {
        Note = RootKeyFlags.Places + "\nA key of a TPM or token is not made without --recovery-key: an update or a defect would lose it.\n\nserve does the same where something is missing.\nClients pin ca.pem; whoever has admin-token may do everything, so hand it out as a file, or make weaker ones (broker token create).\nIt is over once another administrator is there who lives for more than a day.";
        _flags = new DataFlags(this);
        Add(_recovery);
        Add(_json);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        ProcessHardening.Apply();
        var places = await BrokerRun.InitAsync(_flags.Read(parsed) with { RecoveryKeyFile = parsed.GetValue(_recovery) }, session.Time, line => session.Error.WriteLine($"coffer: warning: {line}"), cancellationToken).ConfigureAwait(false);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(session.Output, json =>
            {
                json.WriteString("folder", places.Folder);
                json.WriteString("ca", places.CaFile);
                json.WriteString("caSha256", places.CaFingerprint);
                if (places.AdminTokenFile is { } file) json.WriteString("adminToken", file);
            });
            return (int)ExitStatus.Done;
        }
        session.Output.WriteLine($"CA:          {places.CaFile}");
        session.Output.WriteLine($"SHA-256:     {places.CaFingerprint}");
        session.Output.WriteLine($"admin token: {places.AdminTokenFile ?? "made before; broker token reset-admin makes another"}");
        return (int)ExitStatus.Done;
    }
}
