using System.Text;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>
/// systemd's stub measures each section of a unified kernel image into PCR 11: first the section's name with its zero byte, then its
/// content. The name is recognised by its hash, so the log's own words are not needed.
/// </summary>
internal sealed record UnifiedImageEvents(IReadOnlyList<string> Kernels, IReadOnlyList<string> Initrds)
{
    public static UnifiedImageEvents Read(BootClaims claims)
    {
        var (kernels, initrds) = (new List<string>(), new List<string>());
        var events = claims.Of(11);
        for (var i = 0; i + 1 < events.Count; i++)
        {
            var into = IsName(events[i], ".linux") ? kernels : IsName(events[i], ".initrd") ? initrds : null;
            if (into is null) continue;
            into.Add(BootClaims.Hex(events[++i]));
        }
        return new UnifiedImageEvents(kernels, initrds);
    }

    private static bool IsName(TcgEvent measured, string name) => BootClaims.Measures(measured, Encoding.ASCII.GetBytes(name + '\0'));
}
