namespace Coffer.KeyBroker.Hosts;

/// <summary>How far the broker goes with a machine that proved which TPM it has.</summary>
internal enum HostState
{
    /// <summary>Enrolled, and waits for an operator: nothing is released to it.</summary>
    Pending,

    /// <summary>Approved: policies decide.</summary>
    Approved,

    /// <summary>Revoked, by its endorsement key: nothing is released, and it cannot enrol again.</summary>
    Revoked,
}
