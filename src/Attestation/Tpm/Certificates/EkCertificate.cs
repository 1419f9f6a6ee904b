namespace Coffer.Attestation.Tpm.Certificates;

/// <summary>What a verified certificate of an endorsement key says.</summary>
/// <param name="Fingerprint">SHA-256 of the certificate, lower-case hex.</param>
/// <param name="Issuer">Name of the authority that issued it.</param>
/// <param name="RootFingerprint">SHA-256 of the root's certificate.</param>
/// <param name="Manufacturer">The TPM's manufacturer as the certificate has it, such as <c>id:49465800</c>; null where it does not say.</param>
/// <param name="Model">The TPM's model.</param>
/// <param name="FirmwareVersion">The TPM's firmware version when it was certified.</param>
public sealed record EkCertificate(string Fingerprint, string Issuer, string RootFingerprint, string? Manufacturer, string? Model, string? FirmwareVersion);
