using Coffer.Jose;

namespace Coffer.KeyBroker.Tokens;

/// <summary>A key that signs attestation tokens.</summary>
/// <param name="Key">P-256 with its private half; its <c>kid</c> is the RFC 7638 thumbprint.</param>
/// <param name="Signs">From when on it signs: it is published before.</param>
internal sealed record TokenKey(Jwk Key, DateTimeOffset Signs);
