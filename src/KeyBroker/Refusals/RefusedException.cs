namespace Coffer.KeyBroker.Refusals;

/// <summary>
/// A refusal that stands in the audit already, with its full reason: <see cref="Exception.Message"/> is what the guest may hear.
/// </summary>
internal sealed class RefusedException(BrokerFault fault, string message, string? hint = null) : BrokerException(fault, message, hint);
