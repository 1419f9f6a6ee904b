namespace Coffer.Attestation.Measured.Systemd;

/// <summary>The sections of a unified kernel image that systemd-stub measures into PCR 11, in its order, and since which version it does.</summary>
internal static class UnifiedSections
{
    public const string Linux = ".linux", OsRelease = ".osrel", CommandLine = ".cmdline", Initrd = ".initrd", Microcode = ".ucode", Profile = ".profile";
    public const string Signature = ".pcrsig", PublicKey = ".pcrpkey", DeviceTreeChoice = ".dtbauto", FirmwareChoice = ".efifw";

    /// <summary>The oldest version whose measurements are known here.</summary>
    public const int OldestStub = 252;

    /// <summary>The version that is taken where nothing says another.</summary>
    public const int NewestStub = 258;

    /// <summary>Names in the order of measurement, each with the first version that measures it. The signature of the result is no part of it.</summary>
    public static IReadOnlyList<(string Name, int Since)> Measured { get; } =
    [
        (Linux, 252), (OsRelease, 252), (CommandLine, 252), (Initrd, 252), (Microcode, 256), (".splash", 252), (".dtb", 252), (".uname", 254), (".sbat", 254),
        (PublicKey, 252), (Profile, 257), (DeviceTreeChoice, 257), (".hwids", 257), (FirmwareChoice, 258),
    ];

    /// <summary>Whether the stub knows a section of that name at all.</summary>
    public static bool IsKnown(string name) => name == Signature || Measured.Any(m => m.Name == name);
}
