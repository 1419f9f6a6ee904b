using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Keys;

/// <summary>
/// A kind of endorsement key (TCG EK Credential Profile for TPM 2.0, annex B): the template that makes the key of which the vendor's
/// certificate speaks, and where that is kept.
/// </summary>
/// <param name="CertificateIndex">NV index of the certificate.</param>
/// <param name="Template">What makes the key out of the endorsement seed.</param>
internal sealed record EndorsementKeyKind(uint CertificateIndex, TpmPublic Template)
{
    private const TpmObjectAttributes Low = TpmObjectAttributes.FixedTpm | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin
        | TpmObjectAttributes.AdminWithPolicy | TpmObjectAttributes.Restricted | TpmObjectAttributes.Decrypt;

    // TPM_RH_ENDORSEMENT, whose authorization the policy of the older templates asks for.
    private static readonly byte[] PolicyA = TpmPolicyDigest.OfSecret(TpmAlgorithm.Sha256, [0x40, 0x00, 0x00, 0x0B]);

    // PolicyB of the profile for SHA-384: the endorsement hierarchy's authorization, or what an NV index of the owner says.
    private static readonly byte[] PolicyB384 = Convert.FromHexString("b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419cacb47ba09699646150f9fc000f3f80e12");

    /// <summary>RSA-2048, template L-1: what every TPM of a PC has.</summary>
    public static EndorsementKeyKind Rsa2048 { get; } = new(0x01C00002, new TpmPublic
    {
        Attributes = Low,
        AuthPolicy = PolicyA,
        Symmetric = TpmSymmetric.Aes128Cfb,
        Key = new TpmRsaKey(2048, 0, new byte[256]),
    });

    /// <summary>P-384, template H-3.</summary>
    public static EndorsementKeyKind P384 { get; } = new(0x01C00016, new TpmPublic
    {
        NameAlgorithm = TpmAlgorithm.Sha384,
        Attributes = Low | TpmObjectAttributes.UserWithAuth,
        AuthPolicy = PolicyB384,
        Symmetric = TpmSymmetric.Aes256Cfb,
        Key = new TpmEccKey(TpmCurve.P384, TpmScheme.Null, default, default),
    });

    /// <summary>P-256, template L-2.</summary>
    public static EndorsementKeyKind P256 { get; } = new(0x01C0000A, new TpmPublic
    {
        Attributes = Low,
        AuthPolicy = PolicyA,
        Symmetric = TpmSymmetric.Aes128Cfb,
        Key = new TpmEccKey(TpmCurve.P256, TpmScheme.Null, new byte[32], new byte[32]),
    });

    /// <summary>All of them, in the order in which a certificate is looked for.</summary>
    public static IReadOnlyList<EndorsementKeyKind> All { get; } = [Rsa2048, P384, P256];

    /// <summary>Whether using the key takes a policy session with TPM2_PolicySecret; otherwise its empty authorization value does.</summary>
    public bool NeedsPolicy => !Template.Attributes.HasFlag(TpmObjectAttributes.UserWithAuth);
}
