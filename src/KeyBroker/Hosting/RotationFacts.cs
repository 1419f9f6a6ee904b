namespace Coffer.KeyBroker.Hosting;

/// <summary>What a change of the root key came to.</summary>
/// <param name="Place">Where the new key is.</param>
/// <param name="KeyId">Which key it is.</param>
/// <param name="Records">How many records were sealed anew, heads of audit chains among them.</param>
public sealed record RotationFacts(string Place, string KeyId, long Records);
