using Coffer.Cli.BrokerCalls;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker reference put</c>.</summary>
internal sealed class ReferencePutCommand(Session session) : DocumentPutVerb(
    session, "Put a set of reference values, in place of the one of that name.", "references", "coffer broker reference put kernels.json");
