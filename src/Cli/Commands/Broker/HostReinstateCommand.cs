using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker host reinstate</c>.</summary>
internal sealed class HostReinstateCommand(Session session) : HostActionVerb(session, "reinstate", "Take a revocation back: the host is pending again.", "coffer broker host reinstate 0f3c9a1b2d4e5f600f3c9a1b2d4e5f60");
