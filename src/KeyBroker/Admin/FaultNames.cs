using Coffer.Attestation;
using Coffer.Oci;

namespace Coffer.KeyBroker.Admin;

/// <summary>How faults are called in answers, and which HTTP status they have.</summary>
internal static class FaultNames
{
    /// <summary>What stored data has that does not verify.</summary>
    public const string Integrity = "integrity";

    /// <summary>The fault's name in JSON, such as <c>not_found</c>.</summary>
    public static string Of(BrokerException error) => error.ExitStatus == ExitStatus.Integrity ? Integrity : Of(error.Fault);

    private static string Of(BrokerFault fault) => fault switch
    {
        BrokerFault.BadRequest => "bad_request",
        BrokerFault.Unauthenticated => "unauthenticated",
        BrokerFault.Denied => "denied",
        BrokerFault.NotFound => "not_found",
        BrokerFault.Conflict => "conflict",
        BrokerFault.TooMany => "too_many",
        BrokerFault.Unavailable => "unavailable",
        _ => "internal",
    };

    /// <summary>The fault's HTTP status.</summary>
    public static int StatusOf(BrokerFault fault) => fault switch
    {
        BrokerFault.BadRequest => 400,
        BrokerFault.Unauthenticated => 401,
        BrokerFault.Denied => 403,
        BrokerFault.NotFound => 404,
        BrokerFault.Conflict => 409,
        BrokerFault.TooMany => 429,
        BrokerFault.Unavailable => 503,
        _ => 500,
    };

    /// <summary>The broker's fault for what a verifier threw.</summary>
    public static BrokerFault Of(AttestationFault fault) => fault switch
    {
        AttestationFault.Malformed or AttestationFault.Unsupported => BrokerFault.BadRequest,
        AttestationFault.Untrusted or AttestationFault.Denied => BrokerFault.Denied,
        AttestationFault.NotFound => BrokerFault.NotFound,
        AttestationFault.Unavailable or AttestationFault.Unreachable => BrokerFault.Unavailable,
        _ => BrokerFault.Internal,
    };
}
