namespace Coffer.Attestation.Measured.Systemd;

/// <summary>What systemd-stub finds in a unified kernel image: the parts of the profile that is booted.</summary>
/// <param name="StubVersion">systemd's version of the stub, 252 or later.</param>
/// <param name="Sections">Contents by the section's name, as they stand in memory; empty ones left out. They can be sought in.</param>
internal sealed record UnifiedParts(int StubVersion, IReadOnlyDictionary<string, Stream> Sections)
{
    /// <summary>A section's content from its beginning; null where there is none.</summary>
    public Stream? Find(string name)
    {
        if (!Sections.TryGetValue(name, out var content)) return null;
        content.Position = 0;
        return content;
    }

    /// <summary>A section that is held in memory.</summary>
    /// <param name="name">Which.</param>
    /// <param name="mostBytes">How long it may be.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: it is longer.</exception>
    public byte[]? Read(string name, int mostBytes)
    {
        if (Find(name) is not { } content) return null;
        if (content.Length > mostBytes) throw new AttestationException(AttestationFault.Malformed, $"the section {name} has {content.Length} bytes; at most {mostBytes} are read");
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        return bytes;
    }
}
