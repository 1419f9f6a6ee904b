using Coffer.Cli.CommandLine;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker host</c>: enrolled machines.</summary>
internal sealed class HostCommand : Verb
{
    public HostCommand(Session session)
        : base(
            "host", "List, approve and revoke the machines that have enrolled.",
            "coffer broker host list",
            "coffer broker host approve 0f3c9a1b2d4e5f600f3c9a1b2d4e5f60")
    {
        Add(new HostListCommand(session));
        Add(new HostShowCommand(session));
        Add(new HostApproveCommand(session));
        Add(new HostRevokeCommand(session));
        Add(new HostReinstateCommand(session));
        Add(new HostLabelCommand(session));
        Add(new HostBaselineCommand(session));
    }
}
