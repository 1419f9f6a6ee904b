namespace Coffer.KeyBroker;

/// <summary>Where an operation comes from, for the audit.</summary>
/// <param name="RequestId">Of the request.</param>
/// <param name="Actor">The access token's id, or the host's; null for somebody unknown.</param>
internal sealed record RequestOrigin(string RequestId, string? Actor);
