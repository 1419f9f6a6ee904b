using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Keys;

/// <summary>The templates of the node's keys, endorsement keys aside (<see cref="EndorsementKeyKind"/>).</summary>
internal static class KeyTemplates
{
    private const TpmObjectAttributes OfThisTpm = TpmObjectAttributes.FixedTpm | TpmObjectAttributes.FixedParent | TpmObjectAttributes.SensitiveDataOrigin;
    private const ushort RsaBits = 2048;

    /// <summary>
    /// The storage primary key of the TCG's provisioning guidance on P-256: parent of the attestation key in the endorsement
    /// hierarchy, of the binding key in the owner's, and salt of sessions. On a curve, since it is made for every operation: hardware
    /// takes a moment for that, and many seconds for an RSA key.
    /// </summary>
    public static TpmPublic Storage { get; } = new()
    {
        Attributes = OfThisTpm | TpmObjectAttributes.UserWithAuth | TpmObjectAttributes.NoDa | TpmObjectAttributes.Restricted | TpmObjectAttributes.Decrypt,
        Symmetric = TpmSymmetric.Aes128Cfb,
        Key = new TpmEccKey(TpmCurve.P256, TpmScheme.Null, new byte[32], new byte[32]),
    };

    /// <summary>
    /// An attestation key: restricted, so that it signs nothing that only looks as if the TPM had made it. The RSA form is the one that
    /// CoCo's attester makes, to the last attribute.
    /// </summary>
    public static TpmPublic Attestation(AkAlgorithm algorithm) => new()
    {
        Attributes = OfThisTpm | TpmObjectAttributes.UserWithAuth | TpmObjectAttributes.Restricted | TpmObjectAttributes.Sign,
        Scheme = new TpmScheme(algorithm == AkAlgorithm.Rsa ? TpmAlgorithm.RsaSsa : TpmAlgorithm.EcDsa, TpmAlgorithm.Sha256),
        Key = algorithm == AkAlgorithm.Rsa ? new TpmRsaKey(RsaBits, 0, default) : new TpmEccKey(TpmCurve.P256, TpmScheme.Null, default, default),
    };

    /// <summary>A binding key: decrypts only, never leaves the TPM, the scheme chosen at use.</summary>
    /// <param name="pcrPolicy">Digest of the policy without which it does not decrypt; null: it decrypts at any time. With a policy
    /// userWithAuth stays clear, or the empty password would do.</param>
    public static TpmPublic Binding(byte[]? pcrPolicy) => new()
    {
        Attributes = OfThisTpm | TpmObjectAttributes.Decrypt | (pcrPolicy is null ? TpmObjectAttributes.UserWithAuth : TpmObjectAttributes.None),
        AuthPolicy = pcrPolicy,
        Key = new TpmRsaKey(RsaBits, 0, default),
    };
}
