using System.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary>The flags by which verbs name root keys.</summary>
internal static class RootKeyFlags
{
    /// <summary>How a place is written, for the help of verbs.</summary>
    public const string Places = """
        A root key's place is one of
          FILE                                    32 bytes or base64 of them, 0600
          tpm:FILE,pcrs=4+7+11[,device=DEVICE]    opened by this machine's TPM while these registers (sha256) hold what they held
          pkcs11:FILE,key=KEYFILE                 opened by a key in a token; KEYFILE holds its pkcs11: URI, with pin-source
        FILE of the last two holds what was sealed, to the device and to the recovery key. pcrs= is needed when it is made.
        """;

    public static Option<string> Place(string description) => new("--root-key") { Description = description, HelpName = "PLACE", Required = true };

    public static Option<string?> RecoveryPublicKey() => new("--recovery-key") { Description = "public half (PEM) of the key that opens the root key when its device does not; its private half is kept offline", HelpName = "FILE" };

    public static Option<string?> To() => new("--to") { Description = "another place to seal it to; nothing may be there (default: the same place)", HelpName = "PLACE" };
}
