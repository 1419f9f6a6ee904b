using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker policy list</c>.</summary>
internal sealed class PolicyListCommand(Session session) : BrokerListVerb(
    session, "List the policies: which resources they are about, and what they do.", "policies",
    [Column("NAME", "name"), Column("VERSION", "version"), Column("EFFECT", "effect"), Column("RESOURCES", "resources"), Column("DESCRIPTION", "description")],
    "coffer broker policy list", "coffer broker policy list --json")
{
    protected override string PageMember => "name";
}
