using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker host list</c>.</summary>
internal sealed class HostListCommand(Session session) : BrokerListVerb(
    session, "List the machines that have enrolled.", "hosts",
    [Column("ID", "id"), Column("STATE", "state"), Column("NAME", "name"), Column("LABELS", "labels"), Column("ENROLLED", "created"), Column("SEEN", "seen")],
    "coffer broker host list", "coffer broker host list --json")
{
    protected override string PageMember => "id";
}
