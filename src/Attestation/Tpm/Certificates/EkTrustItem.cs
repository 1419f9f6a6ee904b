namespace Coffer.Attestation.Tpm.Certificates;

/// <summary>One of them.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Der">Its bytes.</param>
/// <param name="Fingerprint">SHA-256 of <paramref name="Der"/>, lower-case hex.</param>
/// <param name="Subject">Whose certificate it is, or whose list.</param>
/// <param name="Ends">The certificate's last day, or when the list must be replaced.</param>
public sealed record EkTrustItem(EkTrustKind Kind, byte[] Der, string Fingerprint, string Subject, DateTimeOffset Ends);
