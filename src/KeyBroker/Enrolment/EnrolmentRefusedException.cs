namespace Coffer.KeyBroker.Enrolment;

/// <summary>A refusal that says less to the machine, which has shown no credential, than to the audit: hosts' ids are for operators.</summary>
internal sealed class EnrolmentRefusedException(BrokerFault fault, string message, string reason, string hostId, string? hint = null) : BrokerException(fault, message, hint)
{
    /// <summary>For the audit.</summary>
    public string Reason { get; } = reason;

    /// <summary>The host that it is about.</summary>
    public string HostId { get; } = hostId;
}
