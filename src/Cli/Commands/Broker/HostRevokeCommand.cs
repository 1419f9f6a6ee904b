using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker host revoke</c>.</summary>
internal sealed class HostRevokeCommand(Session session) : HostActionVerb(session, "revoke", "Revoke a host by its endorsement key: at once nothing is released to it, and no rule lets it in again.", "coffer broker host revoke 0f3c9a1b2d4e5f600f3c9a1b2d4e5f60");
