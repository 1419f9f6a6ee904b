using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker rule list</c>.</summary>
internal sealed class RuleListCommand(Session session) : BrokerListVerb(
    session, "List the rules by which hosts are approved without an operator.", "approval-rules",
    [Column("NAME", "name"), Column("EK ISSUER", "ek_issuer"), Column("EK SHA256", "ek_fingerprints"), Column("LABELS", "labels")], "coffer broker rule list", "coffer broker rule list --json");
