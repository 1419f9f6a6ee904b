using Coffer.Attestation;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>
/// What an attestation key must be, by the public area whose name its credential is made for: a key that a TPM made and keeps, that
/// signs only what the TPM itself says, and that is not also used for anything else.
/// </summary>
internal static class AkRules
{
    private const TpmObjectAttributes Needed = TpmObjectAttributes.FixedTpm | TpmObjectAttributes.FixedParent
        | TpmObjectAttributes.SensitiveDataOrigin | TpmObjectAttributes.Restricted | TpmObjectAttributes.Sign;

    private const int LeastRsaBits = 2048;

    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: no such key.</exception>
    public static void Check(TpmPublic ak)
    {
        if ((ak.Attributes & Needed) != Needed) throw Bad($"lacks the attributes {Needed & ~ak.Attributes}");
        if (ak.Attributes.HasFlag(TpmObjectAttributes.Decrypt)) throw Bad("may decrypt as well");
        if (ak.NameAlgorithm != TpmAlgorithm.Sha256) throw Bad("is not named with SHA-256");
        if (ak.Scheme.Algorithm is not (TpmAlgorithm.RsaSsa or TpmAlgorithm.RsaPss or TpmAlgorithm.EcDsa)) throw Bad("has no scheme for signing");
        if (ak.Scheme.Hash is not (TpmAlgorithm.Sha256 or TpmAlgorithm.Sha384 or TpmAlgorithm.Sha512)) throw Bad("signs over another hash than SHA-2's");
        try
        {
            switch (ak.Key)
            {
                case TpmRsaKey { Bits: >= LeastRsaBits } rsa: _ = rsa.ToParameters(); break;
                case TpmRsaKey rsa: throw Bad($"is an RSA key of {rsa.Bits} bits");
            }
        }
        catch (AttestationException e)
        {
            throw new BrokerException(BrokerFault.BadRequest, e.Message, e.Hint, e);
        }
    }

    private static BrokerException Bad(string why) => new(BrokerFault.BadRequest, $"the attestation key {why}", "a restricted signing key that the TPM made is needed");
}
