namespace Coffer.KeyBroker.Hosts;

/// <summary>The endorsement key of a host, which is what the machine is known by.</summary>
/// <param name="Fingerprint">SHA-256 of its SubjectPublicKeyInfo, in lower-case hex.</param>
/// <param name="Issuer">The issuer's name in its verified certificate; null where it was registered by fingerprint.</param>
internal sealed record HostEk(string Fingerprint, string? Issuer);
