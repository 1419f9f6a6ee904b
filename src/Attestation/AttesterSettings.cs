using System.Globalization;

namespace Coffer.Attestation;

/// <summary>How this machine proves itself.</summary>
/// <param name="Tee"><see cref="Auto"/> for the first that is there, or its name: <c>tpm</c>, <c>sample</c>.</param>
/// <param name="Tpm">The TPM's address as <see cref="Attestation.Tpm.Transport.TpmAddress"/> reads it; null for the machine's own.</param>
/// <param name="StateDirectory">Folder of the keys that enrolment made.</param>
/// <param name="InsecureRemoteTpm">Whether <paramref name="Tpm"/> may be on another machine.</param>
public sealed record AttesterSettings(
    string Tee = AttesterSettings.Auto, string? Tpm = null, string StateDirectory = Attestation.Tpm.TpmSettings.DefaultStateDirectory, bool InsecureRemoteTpm = false)
{
    /// <summary>The first TEE that this machine has; never <c>sample</c>, which proves nothing.</summary>
    public const string Auto = "auto";

    /// <summary>The boot's event log; null: the kernel's, where the TPM is this machine's.</summary>
    public string? EventLogPath { get; init; }

    /// <summary>A persistent handle (0x81000000 to 0x817fffff) at which the attestation key is kept as well; null: none. An occupied one is never overwritten.</summary>
    public uint? AkHandle { get; init; }

    /// <summary>Reads a persistent handle, such as <c>0x81010002</c>; null where it is none.</summary>
    public static uint? ParseHandle(string text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var handle)
        && handle is >= 0x81000000 and <= 0x817fffff ? handle : null;
}
