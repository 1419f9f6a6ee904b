using Coffer.Oci;

namespace Coffer.KeyBroker;

/// <summary>Why the broker did not do something, in one line for an operator. Never carries secrets.</summary>
/// <param name="fault">The kind, which decides HTTP and exit status.</param>
/// <param name="message">What is wrong and where, in lower case without a closing dot.</param>
/// <param name="hint">What to do, or null.</param>
/// <param name="inner">The cause.</param>
/// <param name="exitStatus">Where it is another than the fault's own: <see cref="ExitStatus.Integrity"/> for stored data that does not verify.</param>
public class BrokerException(BrokerFault fault, string message, string? hint = null, Exception? inner = null, ExitStatus? exitStatus = null)
    : CofferException(message, exitStatus ?? StatusOf(fault), hint, inner)
{
    /// <summary>The kind of failure.</summary>
    public BrokerFault Fault { get; } = fault;

    private static ExitStatus StatusOf(BrokerFault fault) => fault switch
    {
        BrokerFault.Unauthenticated or BrokerFault.Denied => ExitStatus.Denied,
        BrokerFault.Unavailable => ExitStatus.Unreachable,
        _ => ExitStatus.Failed,
    };
}
