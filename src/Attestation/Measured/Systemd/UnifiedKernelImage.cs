using System.Globalization;
using System.Text;
using Coffer.Attestation.Measured.Pe;

namespace Coffer.Attestation.Measured.Systemd;

/// <summary>A unified kernel image: systemd-stub with kernel, initrd, command line and more in sections of its own (UAPI group specification 5).</summary>
internal sealed class UnifiedKernelImage
{
    private const int MostMagicBytes = 256;
    private const string Magic = "systemd-stub ";

    private readonly Stream _file;
    private readonly List<List<PeSection>> _profiles = [[]]; // the base's sections, then those of each profile

    /// <param name="file">Can be sought in; stays the caller's.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: it is none.</exception>
    public UnifiedKernelImage(Stream file)
    {
        _file = file;
        Headers = PeImage.Read(file);
        foreach (var section in Headers.Sections)
        {
            if (section.Name == UnifiedSections.Profile) _profiles.Add([]);
            _profiles[^1].Add(section);
        }
        foreach (var sections in _profiles) CheckNames(sections);
        StubVersion = Version();
    }

    public PeImage Headers { get; }

    /// <summary>systemd's version of the stub, as its section .sdmagic says; null where it says none.</summary>
    public int? StubVersion { get; }

    /// <summary>The sections that one boot finds.</summary>
    /// <param name="profile">Which profile, from 0.</param>
    /// <param name="stubVersion">The version of the stub, or null for the file's own word, or else the newest.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: no such profile, or no kernel.</exception>
    public UnifiedParts Parts(int profile, int? stubVersion)
    {
        if (profile != 0 && profile >= _profiles.Count - 1) throw PeReader.Malformed($"has {Math.Max(1, _profiles.Count - 1)} profiles, and no profile {profile}: they are counted from 0");
        var sections = new Dictionary<string, Stream>();
        // The profile's own stand in front of the base's; the first of one name counts.
        foreach (var section in (_profiles.Count > 1 ? _profiles[profile + 1] : []).Concat(_profiles[0]))
        {
            if (section.VirtualSize > 0 && UnifiedSections.IsKnown(section.Name)) sections.TryAdd(section.Name, PeImage.Open(_file, section));
        }
        if (!sections.ContainsKey(UnifiedSections.Linux)) throw NoKernel();
        return new UnifiedParts(stubVersion ?? StubVersion ?? UnifiedSections.NewestStub, sections);
    }

    private static AttestationException NoKernel() => new(
        AttestationFault.Malformed, "the EFI program has no section .linux: it is no unified kernel image", "a kernel that starts by itself, or through GRUB, is measured with --kernel");

    // Stubs before 254 take the last of two sections, later ones the first.
    private static void CheckNames(List<PeSection> sections)
    {
        foreach (var twice in sections.Where(s => UnifiedSections.IsKnown(s.Name) && s.Name != UnifiedSections.DeviceTreeChoice && s.Name != UnifiedSections.FirmwareChoice).GroupBy(s => s.Name))
        {
            if (twice.Count() > 1) throw PeReader.Malformed($"has the section {twice.Key} twice, and which one counts depends on the stub");
        }
    }

    private int? Version()
    {
        if (Headers.Sections.FirstOrDefault(s => s.Name == ".sdmagic") is not { } section) return null;
        using var content = PeImage.Open(_file, section);
        var bytes = new byte[MostMagicBytes];
        var text = Encoding.Latin1.GetString(bytes, 0, content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        var at = text.IndexOf(Magic, StringComparison.Ordinal);
        if (at < 0) return null;
        var digits = text.AsSpan(at + Magic.Length);
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
    }
}
