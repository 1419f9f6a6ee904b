using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker token list</c>.</summary>
internal sealed class TokenListCommand(Session session) : BrokerListVerb(
    session, "List the access tokens: what they may do and until when. Prints no secret.", "tokens",
    [Column("ID", "id"), Column("CAN", "can"), Column("PATHS", "paths"), Column("EXPIRES", "expires"), Column("EXPIRED", "expired"), Column("COMMENT", "comment")],
    "coffer broker token list", "coffer broker token list --json");
