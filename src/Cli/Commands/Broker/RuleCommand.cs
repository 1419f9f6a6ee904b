using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker rule</c>: which hosts are approved without an operator.</summary>
internal sealed class RuleCommand : Verb
{
    public RuleCommand(Session session)
        : base(
            "rule", "Say which hosts are approved when they enrol, without an operator, by their endorsement keys.",
            "coffer broker rule put rack-7 --ek-sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "coffer broker rule list")
    {
        Add(new RulePutCommand(session));
        Add(new RuleListCommand(session));
        Add(new RuleDeleteCommand(session));
    }
}
