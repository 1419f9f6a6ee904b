namespace Coffer.KeyBroker.Hosting;

/// <summary>What there is in a broker's data folder for its operator.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="CaFile">What clients pin; null where the operator gives a certificate of his own.</param>
/// <param name="CaFingerprint">SHA-256 of that certificate in lower-case hex.</param>
/// <param name="AdminTokenFile">The administrator's token, where it was made now; null where there was one before.</param>
public sealed record BrokerPlaces(string Folder, string? CaFile, string? CaFingerprint, string? AdminTokenFile);
