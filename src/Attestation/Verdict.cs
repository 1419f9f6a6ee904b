using System.Text.Json.Nodes;

namespace Coffer.Attestation;

/// <summary>What genuine evidence says.</summary>
/// <param name="Tee">Whose evidence it was.</param>
/// <param name="Claims">Facts for policies: an object of which every value follows from what was signed. Members are named in
/// <c>docs/attestation/TEE.md</c>; an absent one means that the evidence does not say.</param>
/// <param name="Machine">The machine's identity, where the TEE proves one; it must be enrolled.</param>
public sealed record Verdict(string Tee, JsonObject Claims, MachineIdentity? Machine = null);
