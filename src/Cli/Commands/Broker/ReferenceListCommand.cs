using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker reference list</c>.</summary>
internal sealed class ReferenceListCommand(Session session) : BrokerListVerb(
    session, "List the sets of reference values, and when they expire.", "references",
    [Column("NAME", "name"), Column("VALUES", "count"), Column("EXPIRES", "expires"), Column("EXPIRED", "expired"), Column("DESCRIPTION", "description")],
    "coffer broker reference list", "coffer broker reference list --json");
