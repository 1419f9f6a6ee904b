using Coffer.Attestation.Measured;
using Coffer.Attestation.Measured.Log;
using Coffer.Attestation.Measured.Systemd;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Measured;

/// <summary>Boots that happen, held against what was computed for them. Each takes minutes on a busy machine: in soaks alone.</summary>
public sealed class VirtualMachineTests : IDisposable
{
    private const string Boot = "EFI/BOOT/BOOTX64.EFI", Options = "console=ttyS0 panic=-1 quiet";

    private readonly VirtualMachine _machine = new();
    private readonly EfiFiles _files = new();

    public VirtualMachineTests() => Assert.SkipUnless(Fuzzing.IsSoak, "virtual machines boot under COFFER_SOAK=1 alone");

    public void Dispose()
    {
        _machine.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task A_unified_image_brings_a_machine_to_the_computed_values()
    {
        var image = await _files.ImageAsync(
            (".osrel", _files.Folder.Write("osrel", "ID=test\n")), (".cmdline", _files.Folder.Write("cmdline", Options + " test=ü \n")), (".pcrsig", _files.Folder.Write("sig", "{}")),
            (".pcrpkey", _files.Folder.Write("key", "no key")), (".initrd", await _machine.InitrdAsync(TestContext.Current.CancellationToken)), (".linux", VirtualMachine.Kernel));
        Put(image, Boot);
        await _machine.BootAsync(TestContext.Current.CancellationToken);
        await using var file = File.OpenRead(image);
        ShouldBe([4, 9, 11], boot => UnifiedKernel.Measure(boot, "image", file, new UnifiedKernelSettings(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_kernel_behind_systemd_boot_brings_a_machine_to_the_computed_values()
    {
        var (loader, initrd) = ("/usr/lib/systemd/boot/efi/systemd-bootx64.efi", await _machine.InitrdAsync(TestContext.Current.CancellationToken));
        Put(loader, Boot);
        Put(VirtualMachine.Kernel, "vmlinuz");
        Put(initrd, "initrd");
        Put(_files.Folder.Write("loader.conf", "timeout 0\n"), "loader/loader.conf");
        Put(_files.Folder.Write("test.conf", $"title test\nlinux /vmlinuz\ninitrd /initrd\noptions {Options}\n"), "loader/entries/test.conf");
        await _machine.BootAsync(TestContext.Current.CancellationToken);
        await using var first = File.OpenRead(loader);
        await using var kernel = File.OpenRead(VirtualMachine.Kernel);
        await using var second = File.OpenRead(initrd);
        ShouldBe([4, 9, 12], boot =>
        {
            Firmware.Load(boot, "systemd-boot", first, TestContext.Current.CancellationToken);
            DirectKernel.Measure(boot, ("kernel", kernel), [second], $@"initrd=\initrd {Options}", LinuxStub.OptionsAndInitrd, systemdBoot: true, TestContext.Current.CancellationToken);
        });
    }

    private void ShouldBe(int[] registers, Action<MeasuredBoot> measure)
    {
        // How many boot options fail before is the machine's.
        var (boot, log) = (new MeasuredBoot(["sha256"]), new MachineLog(_machine.Log));
        log.Start(boot);
        measure(boot);
        Assert.Equal(registers, boot.Registers);
        Assert.All(log.Compare(boot), c => Assert.True(c.IsSame, $"PCR {c.Register}, event {c.Same + 1}: computed {c.Computed?.What}, logged {c.Logged}"));
        foreach (var register in registers) Assert.Equal(Convert.ToHexString(_machine.Registers[register]), Convert.ToHexString(boot.Value("sha256", register).Span));
    }

    private void Put(string file, string path)
    {
        var target = Path.Combine(_machine.Disk, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file, target);
    }
}
