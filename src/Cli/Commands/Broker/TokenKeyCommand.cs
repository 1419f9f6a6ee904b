using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker token-key</c>: the keys that sign attestation tokens.</summary>
internal sealed class TokenKeyCommand : Verb
{
    public TokenKeyCommand(Session session)
        : base(
            "token-key", "List and rotate the keys that sign attestation tokens.",
            "coffer broker token-key list",
            "coffer broker token-key rotate")
    {
        Add(new TokenKeyListCommand(session));
        Add(new TokenKeyRotateCommand(session));
    }
}
