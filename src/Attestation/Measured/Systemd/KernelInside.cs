namespace Coffer.Attestation.Measured.Systemd;

/// <summary>What the kernel of a unified image measures into PCR 9 of what systemd-stub hands it: the command line and the initrds as one.</summary>
internal static class KernelInside
{
    private const int MostTextBytes = 1024 * 1024, MostArchivedBytes = 1024 * 1024;
    private const int FirstStubWithRelease = 257;

    /// <param name="boot">Gets the events.</param>
    /// <param name="parts">What the stub finds.</param>
    /// <param name="passed">A command line from outside, as it is handed on; null for the image's own.</param>
    /// <param name="stub">What the kernel measures.</param>
    /// <param name="cancellationToken">Looked at on the way.</param>
    public static void Measure(MeasuredBoot boot, UnifiedParts parts, byte[]? passed, LinuxStub stub, CancellationToken cancellationToken)
    {
        if (stub == LinuxStub.Nothing) return;
        if (stub == LinuxStub.OptionsAndInitrd && (passed ?? Own(parts)) is { } options) boot.Measure(Registers.LoadedFiles, "command line", options);
        var archives = Archives(parts);
        var contents = new[] { parts.StubVersion >= 256 ? parts.Find(UnifiedSections.Microcode) : null, parts.Find(UnifiedSections.Initrd) }.OfType<Stream>().ToList();
        if (contents.Count + archives.Count == 0) return;
        using var hash = new BankHash(boot.Algorithms);
        foreach (var content in contents)
        {
            hash.Append(content, content.Length, cancellationToken);
            // Where there is only one, it is handed on as it stands.
            if (contents.Count + archives.Count > 1) hash.Append(new byte[StubArchive.Padding(content.Length)]);
        }
        foreach (var archive in archives) hash.Append(archive);
        boot.Add(Registers.LoadedFiles, "initrd", hash);
    }

    private static byte[]? Own(UnifiedParts parts) => parts.Read(UnifiedSections.CommandLine, MostTextBytes) is { } section ? StubText.Bytes(StubText.FromSection(section)) : null;

    // Sections that the system is to find as files.
    private static List<byte[]> Archives(UnifiedParts parts)
    {
        var archives = new List<byte[]>();
        void Add(string section, string file)
        {
            if (parts.Read(section, MostArchivedBytes) is { } content) archives.Add(StubArchive.Make(".extra", 0x16d, 0x124, [(file, content)])); // 0555, 0444
        }

        Add(UnifiedSections.Signature, "tpm2-pcr-signature.json");
        Add(UnifiedSections.PublicKey, "tpm2-pcr-public-key.pem");
        if (parts.StubVersion < FirstStubWithRelease) return archives;
        Add(UnifiedSections.OsRelease, "os-release");
        Add(UnifiedSections.Profile, "profile");
        return archives;
    }
}
