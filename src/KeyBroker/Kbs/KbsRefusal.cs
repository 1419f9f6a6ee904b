using Coffer.Attestation;
using Coffer.KeyBroker.Refusals;

namespace Coffer.KeyBroker.Kbs;

/// <summary>A refusal in the protocol's form. Its clients attest again on 401 and give up on everything else.</summary>
/// <param name="Status">HTTP's.</param>
/// <param name="Kind">The protocol's own name, the last segment of <c>type</c>.</param>
/// <param name="Said">What the guest hears.</param>
internal sealed record KbsRefusal(int Status, string Kind, string Said)
{
    /// <param name="step">In which step it happened.</param>
    /// <param name="error">What happened.</param>
    public static KbsRefusal Of(KbsStep step, Exception error) => error switch
    {
        RefusedException { Hint: { } hint } refused => OfFault(step, refused.Fault, $"{refused.Message}: {hint}"),
        BrokerException { Fault: not (BrokerFault.Internal or BrokerFault.Unavailable) } known => OfFault(step, known.Fault, known.Message),
        BrokerException known => OfFault(step, known.Fault, "the broker cannot answer now"),
        AttestationException { Fault: AttestationFault.Malformed or AttestationFault.Unsupported } known => OfFault(step, BrokerFault.BadRequest, known.Message),
        AttestationException => OfFault(step, BrokerFault.Unauthenticated, "the evidence does not hold"),
        _ => OfFault(step, BrokerFault.Internal, "the broker failed"),
    };

    private static KbsRefusal OfFault(KbsStep step, BrokerFault fault, string said) => fault switch
    {
        BrokerFault.BadRequest => new(400, step == KbsStep.Resource ? "InvalidRequestPath" : "SerdeError", said),
        BrokerFault.Unauthenticated => new(401, step switch { KbsStep.Resource => "TokenVerifierError", KbsStep.Administration => "AdminAuthAccess", _ => "AttestationError" }, said),
        BrokerFault.Denied => new(403, step switch { KbsStep.Resource => "PolicyDeny", KbsStep.Administration => "AdminAuthAccess", _ => "AttestationError" }, said),
        BrokerFault.NotFound => new(404, step == KbsStep.None ? "PluginNotFound" : "PluginInternalError", said),
        BrokerFault.Conflict => new(409, "PluginInternalError", said),
        BrokerFault.TooMany => new(429, "AttestationError", said),
        BrokerFault.Unavailable => new(503, "PluginInternalError", said),
        _ => new(500, "PluginInternalError", said),
    };
}
