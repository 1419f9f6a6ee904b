using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker host baseline</c>.</summary>
internal sealed class HostBaselineCommand(Session session) : HostActionVerb(session, "baseline", "Record the PCR values of an approved host's latest evidence as its baseline, as after an update of its firmware or kernel.", "coffer broker host baseline 0f3c9a1b2d4e5f600f3c9a1b2d4e5f60");
