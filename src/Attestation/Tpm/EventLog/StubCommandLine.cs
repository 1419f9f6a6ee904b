using System.Text;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>
/// systemd's boot loader and stub measure a command line that was passed to them into PCR 12 as UTF-16 with its zero, and the log holds
/// the same. Anything in PCR 12 that is not such a text could be another command line: then there is no claim.
/// </summary>
internal static class StubCommandLine
{
    public static IReadOnlyList<string> Read(BootClaims claims)
    {
        var lines = new List<string>();
        foreach (var measured in claims.Of(12).Where(e => !BootClaims.IsSeparator(e)))
        {
            var data = measured.Data.Span;
            if (data.Length % 2 != 0 || !BootClaims.Measures(measured, data)) return [];
            lines.Add(Encoding.Unicode.GetString(data).TrimEnd('\0'));
        }
        return lines;
    }
}
