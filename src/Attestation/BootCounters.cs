namespace Coffer.Attestation;

/// <summary>TPMS_CLOCK_INFO (TPM 2.0 Part 2, section 10.11.1), as a quote of a key in the endorsement hierarchy carries it.</summary>
/// <param name="Resets">TPM resets; never falls during a TPM's life, except when its owner clears it.</param>
/// <param name="Restarts">TPM restarts and resumes since the last reset.</param>
/// <param name="Clock">Milliseconds that the TPM has been powered; may fall only when <paramref name="Resets"/> rose.</param>
/// <param name="Safe">False where the clock may have been higher before, as after a power cut.</param>
public sealed record BootCounters(uint Resets, uint Restarts, ulong Clock, bool Safe);
