using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker join-token list</c>.</summary>
internal sealed class JoinTokenListCommand(Session session) : BrokerListVerb(
    session, "List the join tokens that are not used up. Prints no secret.", "join-tokens",
    [Column("ID", "id"), Column("LABELS", "labels"), Column("CREATED", "created"), Column("EXPIRES", "expires")], "coffer broker join-token list", "coffer broker join-token list --json");
