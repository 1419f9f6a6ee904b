using System.Security.Cryptography;
using System.Text;
using Coffer.Attestation.Measured;
using Coffer.Attestation.Measured.Systemd;

namespace Coffer.Attestation.Tests.Measured;

public sealed class UnifiedKernelTests
{
    private static readonly byte[] Kernel = new PeBuilder().Section(".text", "kernel").ToBytes();

    private static PeBuilder Image(int version) => new PeBuilder().Section(".sdmagic", $"#### LoaderInfo: systemd-stub {version}.1-2 ####").Section(".linux", Kernel);

    [Fact]
    public void Sections_count_from_the_version_on_that_measures_them()
    {
        string Measured(int version) => string.Join(' ', Measure(Image(version)
            .Section(".efifwx", "x").Section(".hwids", "h").Section(".profile", "p").Section(".pcrpkey", "k").Section(".pcrsig", "s").Section(".sbat", "b").Section(".uname", "u").Section(".ucode", "m").Section(".cmdline", "c")
            .ToBytes()).Events.Where(e => e is { Register: 11 } && !e.What.EndsWith("(name)", StringComparison.Ordinal)).Select(e => e.What));
        Assert.Equal(".linux .pcrpkey", Measured(252).Replace(" .cmdline", "", StringComparison.Ordinal));
        Assert.Equal(".linux .cmdline .uname .sbat .pcrpkey", Measured(255));
        Assert.Equal(".linux .cmdline .ucode .uname .sbat .pcrpkey", Measured(256));
    }

    [Fact]
    public void A_profile_takes_the_place_of_the_base_and_is_measured_itself()
    {
        var image = Image(257).Section(".cmdline", "base").Section(".osrel", "ID=x").Section(".profile", "ID=a").Section(".profile", "ID=b").Section(".cmdline", "other").ToBytes();
        Assert.Equal((Sha("base"), Sha("ID=a")), Found(Measure(image)));
        var other = Measure(image, new UnifiedKernelSettings { Profile = 1 });
        Assert.Equal((Sha("other"), Sha("ID=b")), Found(other));
        Assert.Equal(Sha(Encoding.Unicode.GetBytes("1\0")), Digest(Assert.Single(other.Events, e => e.Register == 12)));
        Assert.Contains("no profile 2", Assert.Throws<AttestationException>(() => Measure(image, new UnifiedKernelSettings { Profile = 2 })).Message, StringComparison.Ordinal);

        (string, string) Found(MeasuredBoot boot) => (Digest(boot.Events.Single(e => e.What == ".cmdline")), Digest(boot.Events.Single(e => e.What == ".profile")));
    }

    [Fact]
    public void A_command_line_from_outside_goes_into_12_and_9_in_the_stead_of_the_images_own()
    {
        var image = Image(257).Section(".cmdline", " own \n").ToBytes();
        var own = Measure(image);
        Assert.DoesNotContain(own.Events, e => e.Register == 12);
        Assert.Equal(Sha(Encoding.Unicode.GetBytes("own\0")), Digest(own.Events.Single(e => e is { Register: 9, What: "command line" })));
        var passed = Measure(image, new UnifiedKernelSettings { LoadOptions = "\tmy own\x7f" });
        Assert.Equal(Sha(Encoding.Unicode.GetBytes("my own\0")), Digest(passed.Events.Single(e => e.Register == 12)));
        Assert.Equal(Sha(Encoding.Unicode.GetBytes("my own\0")), Digest(passed.Events.Single(e => e is { Register: 9, What: "command line" })));
        Assert.Equal(Digest(own.Events.Single(e => e.What == ".cmdline")), Digest(passed.Events.Single(e => e.What == ".cmdline")));
        Assert.DoesNotContain(Measure(image, new UnifiedKernelSettings { LoadOptions = "  " }).Events, e => e.Register == 12);
    }

    [Fact]
    public void The_kernel_inside_is_measured_by_firmware_where_the_stub_lets_it_load_it()
    {
        Assert.Equal(2, Measure(Image(257).ToBytes()).Events.Count(e => e.Register == 4));
        Assert.Single(Measure(Image(258).ToBytes()).Events, e => e.Register == 4);
        Assert.Equal(2, Measure(Image(258).ToBytes(), new UnifiedKernelSettings { InnerKernel = true }).Events.Count(e => e.Register == 4));
    }

    [Fact]
    public void What_cannot_be_told_is_said()
    {
        Assert.Equal([11], Measure(Image(257).Section(".dtbauto", "one").Section(".dtbauto", "two").ToBytes()).Unknown.Keys);
        Assert.DoesNotContain(11, Measure(Image(257).Section(".dtbauto", "one").ToBytes()).Registers);
        Refused(Image(257).Section(".osrel", "a").Section(".osrel", "b").ToBytes(), "twice");
        Refused(new PeBuilder().Section(".text", "x").ToBytes(), "no section .linux");
        Refused(Image(251).ToBytes(), "systemd-stub 251 measures otherwise");
        Refused(new PeBuilder().Section(".linux", "no program").ToBytes(), "MZ", new UnifiedKernelSettings { InnerKernel = true });

        static void Refused(byte[] image, string reason, UnifiedKernelSettings? settings = null) =>
            Assert.Contains(reason, Assert.Throws<AttestationException>(() => Measure(image, settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_section_has_in_memory_beyond_the_file_is_zeros()
    {
        var boot = Measure(Image(252).Section(".initrd", [1, 2, 3], 2).ToBytes());
        Assert.Equal(Sha([1, 2, 3, 0, 0]), Digest(boot.Events.Single(e => e.What == ".initrd")));
        Assert.Equal(Sha([1, 2, 3, 0, 0]), Digest(boot.Events.Single(e => e is { Register: 9, What: "initrd" })));
    }

    [Fact]
    public void A_large_initrd_takes_no_memory()
    {
        using var folder = new Support.TempDirectory();
        using var initrd = new FileStream(folder.Combine("initrd"), FileMode.CreateNew);
        initrd.SetLength(200 * 1024 * 1024);
        var before = GC.GetAllocatedBytesForCurrentThread();
        UnifiedKernel.Measure(
            new MeasuredBoot(["sha256"]), new Dictionary<string, Stream> { [".linux"] = new MemoryStream(Kernel), [".initrd"] = initrd }, new UnifiedKernelSettings(), TestContext.Current.CancellationToken);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    private static MeasuredBoot Measure(byte[] image, UnifiedKernelSettings? settings = null)
    {
        var boot = new MeasuredBoot(["sha256"]);
        UnifiedKernel.Measure(boot, "uki", new MemoryStream(image), settings ?? new UnifiedKernelSettings(), TestContext.Current.CancellationToken);
        return boot;
    }

    private static string Digest(MeasuredEvent measured) => Convert.ToHexString(measured.Digests[0].Span);

    private static string Sha(string text) => Sha(Encoding.UTF8.GetBytes(text));

    private static string Sha(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
