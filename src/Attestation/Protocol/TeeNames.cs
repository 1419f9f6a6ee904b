namespace Coffer.Attestation.Protocol;

/// <summary>Names of TEEs in the protocol.</summary>
public static class TeeNames
{
    /// <summary>A TPM 2.0.</summary>
    public const string Tpm = "tpm";

    /// <summary>Proves nothing; for trying things out.</summary>
    public const string Sample = "sample";

    /// <summary>Today's name for one that old guests spell otherwise; any other name as it is.</summary>
    public static string Normalise(string tee) => tee switch
    {
        "azsnpvtpm" => "az-snp-vtpm",
        "aztdxvtpm" => "az-tdx-vtpm",
        _ => tee,
    };
}
