using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyProvider.Memory;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker root-key reseal</c>.</summary>
internal sealed class RootKeyResealCommand : Verb
{
    private readonly Option<string> _place = RootKeyFlags.Place("where the root key is, and opens; with pcrs= the registers that it is to be sealed to from now on");
    private readonly Option<string?> _to = RootKeyFlags.To();
    private readonly Option<string?> _recovery = RootKeyFlags.RecoveryPublicKey();

    public RootKeyResealCommand(Session session)
        : base(
            "reseal", "Seal the same root key anew: to other registers, with another recovery key, or to another place. Nothing in the store changes; brokers go on serving.",
            "coffer broker root-key reseal --root-key tpm:/etc/coffer/root-key.tpm,pcrs=4+7+11+12",
            "coffer broker root-key reseal --root-key /etc/coffer/root-key --to tpm:/etc/coffer/root-key.tpm,pcrs=4+7+11 --recovery-key recovery.pub.pem",
            "coffer broker root-key reseal --root-key pkcs11:/etc/coffer/root-key.hsm,key=/etc/coffer/hsm.key --recovery-key new-recovery.pub.pem")
    {
        Note = "The place that it was in before stays as it is where --to names another: remove it once the brokers start from the new one.\nWithout --recovery-key the one before stays.";
        foreach (var option in (Option[])[_place, _to, _recovery]) Add(option);
        SetAction(async (parsed, cancellationToken) =>
        {
            ProcessHardening.Apply();
            session.Output.WriteLine(await RootKeyRun.ResealAsync(
                parsed.GetRequiredValue(_place), parsed.GetValue(_to), parsed.GetValue(_recovery), session.Time, cancellationToken).ConfigureAwait(false));
            return (int)ExitStatus.Done;
        });
    }
}
