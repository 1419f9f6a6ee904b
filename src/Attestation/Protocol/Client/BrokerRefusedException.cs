namespace Coffer.Attestation.Protocol.Client;

/// <summary>A broker that answered, and did not do what was asked.</summary>
/// <param name="fault">The kind, which decides the exit status.</param>
/// <param name="status">The HTTP status.</param>
/// <param name="requestId">By which the broker's operator finds the decision, or null.</param>
/// <param name="message">One line.</param>
/// <param name="hint">What to do, or null.</param>
public sealed class BrokerRefusedException(AttestationFault fault, int status, string? requestId, string message, string? hint = null)
    : AttestationException(fault, message, hint)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>By which the broker's operator finds the decision, or null.</summary>
    public string? RequestId { get; } = requestId;
}
