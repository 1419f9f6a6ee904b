namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>PCR banks by the names of their hashes (TPM 2.0 Library, part 1, section 11.6).</summary>
internal static class PcrBank
{
    public const int Registers = 24;

    public static IReadOnlyList<string> Names { get; } = ["sha1", "sha256", "sha384", "sha512"];

    /// <summary>How many digits a value of the bank has; null where it is none.</summary>
    public static int? HexCharacters(string bank) => bank switch
    {
        "sha1" => 40,
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => null,
    };
}
