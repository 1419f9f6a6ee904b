using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker join-token</c>: tokens that approve one host each.</summary>
internal sealed class JoinTokenCommand : Verb
{
    public JoinTokenCommand(Session session)
        : base(
            "join-token", "Make tokens that approve one host each when it enrols; they make no TPM trusted.",
            "coffer broker join-token create --ttl 1h --label rack=7")
    {
        Add(new JoinTokenCreateCommand(session));
        Add(new JoinTokenListCommand(session));
        Add(new JoinTokenDeleteCommand(session));
    }
}
