using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker audit</c>: what happened, and why.</summary>
internal sealed class AuditCommand : Verb
{
    public AuditCommand(Session session)
        : base(
            "audit", "Read what happened and why, and verify that nothing of it was changed.",
            "coffer broker audit list",
            "coffer broker audit explain 7f3a90c1d2e4b586",
            "coffer broker audit verify",
            "coffer broker audit export > audit.jsonl")
    {
        Add(new AuditListCommand(session));
        Add(new AuditExplainCommand(session));
        Add(new AuditVerifyCommand(session));
        Add(new AuditCheckpointCommand(session));
        Add(new AuditExportCommand(session));
        Add(new AuditPublicKeyCommand(session));
    }
}
