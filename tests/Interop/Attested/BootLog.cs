using System.Security.Cryptography;
using System.Text;
using Coffer.Support;

namespace Coffer.Interop.Attested;

/// <summary>
/// A boot as firmware and systemd's stub measure it: an event log of the sha256 bank (TCG PC Client Platform Firmware Profile,
/// section 10), and the digests to extend a TPM's registers by.
/// </summary>
internal sealed class BootLog
{
    private const int SignatureBytes = 20, Sha256 = 0x000b;
    private const uint NoAction = 0x3, Ipl = 0xd;

    private readonly List<byte> _log = [];
    private readonly List<(int Register, string Digest)> _extends = [];

    public BootLog()
    {
        Add(0, NoAction);
        _log.AddRange(new byte[SignatureBytes]);
        Sized([.. "Spec ID Event03\0"u8, 0, 0, 0, 0, 0, 2, 0, 2, 1, 0, 0, 0, Sha256, 0, 32, 0, 0]);
    }

    /// <summary>As the kernel shows it.</summary>
    public byte[] Bytes => [.. _log];

    /// <summary>The digest by which a kernel is known.</summary>
    public static string DigestOf(string kernel) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(kernel)));

    /// <summary>A unified kernel image's kernel: its section's name and then its content go into PCR 11.</summary>
    public BootLog Kernel(string kernel) => Measure(11, ".linux\0").Measure(11, kernel);

    /// <summary>Extends a TPM as this boot would.</summary>
    public async Task BootAsync(SoftwareTpm tpm)
    {
        foreach (var (register, digest) in _extends) (await tpm.RunToolAsync("tpm2_pcrextend", $"{register}:sha256={digest}")).ShouldSucceed();
    }

    private BootLog Measure(int register, string content)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(content));
        Add(register, Ipl);
        _log.AddRange([1, 0, 0, 0, Sha256, 0, .. digest]);
        Sized(Encoding.UTF8.GetBytes(register.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        _extends.Add((register, Convert.ToHexStringLower(digest)));
        return this;
    }

    private void Add(int register, uint type) => _log.AddRange([.. BitConverter.GetBytes(register), .. BitConverter.GetBytes(type)]);

    private void Sized(byte[] data) => _log.AddRange([.. BitConverter.GetBytes(data.Length), .. data]);
}
