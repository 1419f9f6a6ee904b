using Coffer.Oci;

namespace Coffer.Attestation.Tpm.Evidence;

/// <summary>What goes into evidence beside what the TPM says: the boot's event log, and the machine's UUID as a label.</summary>
/// <param name="settings">Where they are.</param>
internal sealed class MachineFacts(TpmSettings settings)
{
    /// <summary>The largest event log, in bytes.</summary>
    public const int MostLogBytes = 1024 * 1024;

    private const int MostUuidCharacters = 64;
    private const string UuidFile = "/sys/class/dmi/id/product_uuid";

    /// <summary>The event log; null where there is none for us. The kernel's own may be for root alone, or too large: then there is none.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: a file was given and cannot be read or is too large.</exception>
    public byte[]? ReadEventLog()
    {
        if (settings.EventLogPath is not { } given) return KernelLog() is { } path ? Read(path, MostLogBytes) : null;
        return Read(given, MostLogBytes) ?? throw new AttestationException(
            AttestationFault.Unavailable, $"the event log {Printable.Of(given)} cannot be read, or has more than {MostLogBytes} bytes",
            "leave it out, or name a file in the form of binary_bios_measurements");
    }

    /// <summary>The label; null where there is none.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: what was given is no label.</exception>
    public string? ReadHostUuid()
    {
        if (settings.HostUuid is { } given)
        {
            if (given.Length == 0) return null;
            return IsLabel(given) ? given : throw new AttestationException(
                AttestationFault.Malformed, $"'{Printable.Of(given)}' is no UUID of a machine", $"at most {MostUuidCharacters} letters, digits, hyphens, dots or underscores");
        }
        if (!settings.Address.IsOfThisMachine || Read(UuidFile, 256) is not { } content) return null;
        var text = System.Text.Encoding.ASCII.GetString(content).Trim().ToLowerInvariant();
        return IsLabel(text) ? text : null;
    }

    private static bool IsLabel(string text) => text.Length is > 0 and <= MostUuidCharacters && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');

    // A software TPM holds nothing of what this machine's firmware measured.
    private string? KernelLog()
    {
        if (settings.Address is not Transport.TpmDeviceAddress device || Path.GetFileName(device.Path) is not { } name || !name.StartsWith("tpm", StringComparison.Ordinal)) return null;
        var number = new string([.. name.SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit)]);
        return number.Length == 0 ? null : $"/sys/kernel/security/tpm{number}/binary_bios_measurements";
    }

    // The kernel's files have no length until they are read.
    private static byte[]? Read(string path, int most)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            using var content = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = file.Read(buffer)) > 0)
            {
                content.Write(buffer, 0, read);
                if (content.Length > most) return null;
            }
            return content.Length > 0 ? content.ToArray() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
