using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker namespace list</c>.</summary>
internal sealed class NamespaceListCommand(Session session) : BrokerListVerb(
    session, "List namespaces with their owners and quotas.", "namespaces",
    [Column("PREFIX", "prefix"), Column("OWNERS", "owners"), Column("RESOURCES", "max_resources"), Column("BYTES", "max_bytes"), Column("POLICIES", "max_policies"), Column("DESCRIPTION", "description")],
    "coffer broker namespace list", "coffer broker namespace list --json");
