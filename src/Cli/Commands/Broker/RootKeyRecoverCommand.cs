using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyProvider.Memory;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker root-key recover</c>.</summary>
internal sealed class RootKeyRecoverCommand : Verb
{
    private readonly Option<string> _place = RootKeyFlags.Place("where the root key is, and does not open any more; with pcrs=, device= and key= as it is to be sealed from now on");
    private readonly Option<string> _recovery = new("--recovery-key") { Description = "private half of the recovery key: PEM, 0600", HelpName = "FILE", Required = true };
    private readonly Option<string?> _password = new("--recovery-password-file") { Description = "file with its password, 0600, where it is encrypted", HelpName = "FILE" };
    private readonly Option<string?> _to = RootKeyFlags.To();

    private readonly Option<string?> _from = new("--from") { Description = "a backup, whose beginning holds the sealed key as well, where the sealed file is lost", HelpName = "BACKUP" };

    public RootKeyRecoverCommand(Session session)
        : base(
            "recover", "Open the root key with the offline recovery key, and seal it to the registers as they are now, to another TPM or to another token.",
            "coffer broker root-key recover --root-key tpm:/etc/coffer/root-key.tpm --recovery-key /media/usb/recovery.pem",
            "coffer broker root-key recover --root-key tpm:/etc/coffer/root-key.tpm,pcrs=4+7+11 --from /backup/broker-2026-11-25 --recovery-key recovery.pem",
            "coffer broker root-key recover --root-key pkcs11:/etc/coffer/root-key.hsm,key=/etc/coffer/new-hsm.key --recovery-key recovery.pem --recovery-password-file pw")
    {
        Note = """
            After an update of kernel, boot loader or firmware: boot, run this once, start the broker. Nothing in the store changes.
            Exit status 3: the recovery key is another one, or its password is wrong.
            """;
        foreach (var option in (Option[])[_place, _recovery, _password, _to, _from]) Add(option);
        SetAction(async (parsed, cancellationToken) =>
        {
            ProcessHardening.Apply();
            session.Output.WriteLine(await RootKeyRun.RecoverAsync(
                parsed.GetRequiredValue(_place), parsed.GetRequiredValue(_recovery), parsed.GetValue(_password), parsed.GetValue(_to), parsed.GetValue(_from), session.Time, cancellationToken).ConfigureAwait(false));
            return (int)ExitStatus.Done;
        });
    }
}
