using Coffer.Oci;

namespace Coffer.Attestation;

/// <summary>Why something could not be attested or verified, in one line. Never carries secrets.</summary>
/// <param name="fault">The kind, which decides the exit status.</param>
/// <param name="message">What is wrong and where, in lower case without a closing dot.</param>
/// <param name="hint">What to do, or null.</param>
/// <param name="inner">The cause.</param>
public class AttestationException(AttestationFault fault, string message, string? hint = null, Exception? inner = null)
    : CofferException(message, StatusOf(fault), hint, inner)
{
    /// <summary>The kind of failure.</summary>
    public AttestationFault Fault { get; } = fault;

    private static ExitStatus StatusOf(AttestationFault fault) => fault switch
    {
        AttestationFault.Untrusted => ExitStatus.Integrity,
        AttestationFault.Denied => ExitStatus.Denied,
        AttestationFault.Unreachable => ExitStatus.Unreachable,
        _ => ExitStatus.Failed,
    };
}
