using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker token-key list</c>.</summary>
internal sealed class TokenKeyListCommand(Session session) : BrokerListVerb(
    session, "List the keys that sign attestation tokens, the newest first: which signs, which will, and which only verifies until its tokens are over.", "token-keys",
    [Column("ID", "id"), Column("STATE", "state"), Column("SIGNS FROM", "signs")],
    "coffer broker token-key list", "coffer broker token-key list --json");
