using Coffer.Attestation.Measured;
using Coffer.Attestation.Measured.Pe;
using Coffer.Attestation.Measured.Systemd;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Measured;

public sealed class PeImageTests
{
    private static PeBuilder Sound => new PeBuilder { Behind = [1, 2, 3], Certificates = new byte[16] }.Section(".text", "code").Section(".linux", "kernel");

    [Fact]
    public void Headers_are_read()
    {
        var image = PeImage.Read(new MemoryStream(Sound.Section(".bss", [], 7).ToBytes()));
        Assert.Equal([(".text", 4u), (".linux", 6u), (".bss", 7u)], image.Sections.Select(s => (s.Name, s.VirtualSize)));
        Assert.Equal(16u, image.CertificateBytes);
    }

    [Fact]
    public void Checksum_and_signatures_change_nothing_and_every_other_byte_does()
    {
        var bytes = Sound.ToBytes();
        var hash = Hash(bytes);
        Assert.Equal(hash, Hash(new PeBuilder { Behind = [1, 2, 3], Certificates = new byte[24] }.Section(".text", "code").Section(".linux", "kernel").ToBytes()));
        Assert.Equal(hash, Hash(new PeBuilder { Behind = [1, 2, 3] }.Section(".text", "code").Section(".linux", "kernel").ToBytes()));
        var ignored = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var other = (byte[])bytes.Clone();
            other[i] ^= 1;
            try
            {
                if (Hash(other) == hash) ignored++;
            }
            catch (AttestationException e)
            {
                Assert.Equal(AttestationFault.Malformed, e.Fault);
            }
        }
        Assert.Equal(4 + 16, ignored);
    }

    [Theory]
    [InlineData("begin with MZ", 0, 0)]
    [InlineData("in the middle of its headers", 0x3c, 0x7fffffff)]
    [InlineData("no PE header", 0x3c, 4)]
    [InlineData("has 0 sections", 0x84, 0x8664)]
    [InlineData("sections; 1 to 1024", 0x84, 0xffff8664)]
    [InlineData("unknown kind", 0x98, 0x0107)]
    [InlineData("data directories", 0x98 + 108, 0x20000000)]
    [InlineData("headers of", 0x98 + 60, 16)]
    [InlineData("headers of", 0x98 + 60, 0xffffffff)]
    [InlineData("not at its end", 0x98 + 112 + 36, 4)]
    [InlineData("smaller in memory", 0x98 + 56, 0x1000)]
    [InlineData("over another part of the file", 0x98 + 240 + 20, 16)]
    [InlineData("ends before its section", 0x98 + 240 + 40 + 16, 0xfffffff0)]
    [InlineData("over another one in memory", 0x98 + 240 + 40 + 12, 0x1001)]
    public void What_firmware_would_refuse_or_hash_otherwise_is_refused(string reason, int at, uint number)
    {
        var bytes = Sound.ToBytes();
        PeBuilder.Write(bytes, at, number);
        var e = Assert.Throws<AttestationException>(() => PeImage.Read(new MemoryStream(bytes)));
        Assert.Equal(AttestationFault.Malformed, e.Fault);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zeros_in_memory_have_a_bound()
    {
        var bytes = new PeBuilder().Section(".linux", "kernel").ToBytes();
        PeBuilder.Write(bytes, PeBuilder.HeaderOf(0) + 8, 0x7fffffff);
        PeBuilder.Write(bytes, 0x98 + 56, 0xffffffff);
        Assert.Contains("are not in the file", Assert.Throws<AttestationException>(() => PeImage.Read(new MemoryStream(bytes))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        var bytes = new PeBuilder().Section(".text", "code").Section(".linux", "kernel").ToBytes();
        for (var length = 0; length < bytes.Length; length += 7) Assert.Throws<AttestationException>(() => PeImage.Read(new MemoryStream(bytes, 0, length)));
    }

    [Fact]
    public void Programs_that_are_none_are_refused()
    {
        byte[][] seeds =
        [
            Sound.ToBytes(),
            new PeBuilder().Section(".sdmagic", "#### LoaderInfo: systemd-stub 257.1 ####").Section(".osrel", "ID=x").Section(".linux", Sound.ToBytes()).Section(".initrd", [1, 2, 3], 3)
                .Section(".profile", "ID=a").Section(".cmdline", "a").Section(".profile", "ID=b").Section(".cmdline", "b").ToBytes(),
        ];
        Fuzzing.Run("efi program", seeds, (input, _) =>
        {
            foreach (var profile in (int[])[0, 1])
            {
                try
                {
                    UnifiedKernel.Measure(new MeasuredBoot(["sha1"]), "fuzz", new MemoryStream(input), new UnifiedKernelSettings { Profile = profile }, TestContext.Current.CancellationToken);
                }
                catch (AttestationException)
                {
                    // A refusal is right.
                }
            }
        }, 1_000);
    }

    private static string Hash(byte[] bytes)
    {
        var boot = new MeasuredBoot(["sha256"]);
        Firmware.Load(boot, "test", new MemoryStream(bytes), TestContext.Current.CancellationToken);
        return Convert.ToHexString(boot.Events[0].Digests[0].Span);
    }
}
