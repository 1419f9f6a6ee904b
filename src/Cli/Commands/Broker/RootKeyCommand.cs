using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker root-key</c>: the key that everything in the store is sealed under.</summary>
internal sealed class RootKeyCommand : Verb
{
    public RootKeyCommand(Session session)
        : base(
            "root-key", "Look after the broker's root key, on the broker's own machine: its state, its place, its recovery, its change.",
            "coffer broker root-key status --root-key tpm:/etc/coffer/root-key.tpm",
            "coffer broker root-key recover --root-key tpm:/etc/coffer/root-key.tpm --recovery-key /media/usb/recovery.pem",
            "coffer broker root-key rotate --data /var/lib/coffer-broker --root-key /etc/coffer/root-key --to /etc/coffer/root-key-2")
    {
        Note = RootKeyFlags.Places;
        Add(new RootKeyStatusCommand(session));
        Add(new RootKeyResealCommand(session));
        Add(new RootKeyRecoverCommand(session));
        Add(new RootKeyRotateCommand(session));
    }
}
