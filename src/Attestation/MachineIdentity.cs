namespace Coffer.Attestation;

/// <summary>Which machine it is, by the attestation key that signed.</summary>
/// <param name="AkName">The TPM name of the attestation key in lower-case hex, algorithm identifier included (68 digits with SHA-256).</param>
/// <param name="Counters">The machine's counters when it signed.</param>
public sealed record MachineIdentity(string AkName, BootCounters Counters);
