using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker token</c>: credentials for the administration API.</summary>
internal sealed class TokenCommand : Verb
{
    public TokenCommand(Session session)
        : base(
            "token", "Make, list and end access tokens: who may wrap keys, read the audit, or administer.",
            "coffer broker token create --can wrap --path 'default/*' --ttl 24h > wrap-token",
            "coffer broker token list")
    {
        Add(new TokenCreateCommand(session));
        Add(new TokenListCommand(session));
        Add(new TokenDeleteCommand(session));
        Add(new TokenResetAdminCommand(session));
    }
}
