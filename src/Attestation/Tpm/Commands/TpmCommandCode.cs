namespace Coffer.Attestation.Tpm.Commands;

/// <summary>TPM_CC (TPM 2.0 Library Part 2, section 6.5.2): the commands that are sent.</summary>
internal enum TpmCommandCode : uint
{
    EvictControl = 0x00000120,
    CreatePrimary = 0x00000131,
    ActivateCredential = 0x00000147,
    Certify = 0x00000148,
    NvRead = 0x0000014E,
    PolicySecret = 0x00000151,
    Create = 0x00000153,
    Load = 0x00000157,
    Quote = 0x00000158,
    RsaDecrypt = 0x00000159,
    FlushContext = 0x00000165,
    NvReadPublic = 0x00000169,
    ReadPublic = 0x00000173,
    StartAuthSession = 0x00000176,
    GetCapability = 0x0000017A,
    PcrRead = 0x0000017E,
    PolicyPcr = 0x0000017F,
    ReadClock = 0x00000181,
}
