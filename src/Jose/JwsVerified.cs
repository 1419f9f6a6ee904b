namespace Coffer.Jose;

/// <summary>A payload that a signature vouches for.</summary>
/// <param name="Payload">The payload.</param>
/// <param name="Signature">The signature that held.</param>
/// <param name="Verifier">The index of the verifier that accepted it.</param>
public sealed record JwsVerified(ReadOnlyMemory<byte> Payload, JwsSignatureInfo Signature, int Verifier);
