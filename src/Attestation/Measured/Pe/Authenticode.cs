namespace Coffer.Attestation.Measured.Pe;

/// <summary>
/// The hash under which firmware measures a program that it loads (Windows Authenticode Portable Executable Signature Format, "Calculating
/// the PE Image Hash"; TCG PC Client Platform Firmware Profile, section 3.3.4.5): everything but checksum, signatures and their entry.
/// </summary>
internal static class Authenticode
{
    /// <summary>Appends what is hashed.</summary>
    /// <param name="file">The program; can be sought in.</param>
    /// <param name="image">Its headers.</param>
    /// <param name="hash">Gets the bytes.</param>
    /// <param name="cancellationToken">Looked at on the way.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static void Append(Stream file, PeImage image, BankHash hash, CancellationToken cancellationToken)
    {
        void Part(long from, long to)
        {
            file.Position = from;
            hash.Append(file, to - from, cancellationToken);
        }

        Part(0, image.CheckSumAt);
        var at = image.CheckSumAt + 4;
        if (image.CertificatesAt is { } entry)
        {
            Part(at, entry);
            at = entry + 8;
        }
        Part(at, image.HeaderBytes);
        long hashed = image.HeaderBytes;
        foreach (var section in image.Sections.Where(s => s.FileSize > 0).OrderBy(s => s.FileOffset))
        {
            Part(section.FileOffset, section.FileOffset + (long)section.FileSize);
            hashed += section.FileSize;
        }
        // What is behind the sections. Where there are gaps between them, firmware hashes the file's last bytes all the same.
        if (file.Length - image.CertificateBytes > hashed) Part(hashed, file.Length - image.CertificateBytes);
    }
}
