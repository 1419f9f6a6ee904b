using System.Text.Json.Nodes;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;

namespace Coffer.KeyBroker.Sessions;

/// <summary>What was verified of a machine, kept as long as the token lives that stands for it.</summary>
/// <param name="Id">Random, 32 hex digits; the token's <c>jti</c>.</param>
/// <param name="Tee">Whose evidence it was.</param>
/// <param name="Machine">Which attestation key signed, where the TEE proves one.</param>
/// <param name="Key">What is released is sealed to this key.</param>
/// <param name="Claims">The verifier's, in full.</param>
/// <param name="Issued">When.</param>
/// <param name="Expires">From when on it stands for nothing.</param>
internal sealed record VerifiedAttestation(
    string Id, string Tee, MachineIdentity? Machine, TeePublicKey Key, JsonObject Claims, DateTimeOffset Issued, DateTimeOffset Expires);
