using System.Text.Json.Nodes;
using Coffer.Cli.Tests.Scripting;
using Coffer.Support;

namespace Coffer.Cli.Tests;

/// <summary><c>coffer attest measure</c> on systemd's own stub, which is an EFI program as well.</summary>
public sealed class MeasureTests : IDisposable
{
    private const string Stub = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";

    private readonly TempDirectory _folder = new();

    public MeasureTests() => Missing.Require(File.Exists(Stub) ? Stub : null, "systemd's EFI stub (systemd-boot-efi)", "run scripts/install-peers");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_unified_image_and_its_parts_have_the_same_values_and_make_a_reference_set()
    {
        var (initrd, release) = (_folder.Write("initrd", "initrd"), _folder.Write("osrel", "ID=test\n"));
        var image = await ImageAsync((".initrd", initrd), (".osrel", release), (".cmdline", _folder.Write("cmdline", "quiet")), (".linux", Stub));
        var document = JsonNode.Parse((await MeasureAsync("--uki", image, "--boot-chain", Stub, "--bank", "sha256", "--bank", "sha1", "--json")).ShouldSucceed().Stdout)!;
        var values = document["values"]!;
        Assert.Equal("node-boot", (string)document["name"]!);
        Assert.Equal(["4", "9", "11"], values["sha256"]!.AsObject().Select(r => r.Key));
        Assert.Equal(4, values["sha1"]!["11"]!.AsArray().Count);
        Assert.Equal(2, values["applications"]!.AsArray().Count);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("initrd"u8)), (string)values["initrd"]![0]!);

        string[] parts = ["--kernel", Stub, "--initrd", initrd, "--osrel", release, "--cmdline", $"@{_folder.Combine("cmdline")}", "--stub-version", "252"];
        var apart = await MeasureAsync([.. parts]);
        foreach (var value in values["sha256"]!["11"]!.AsArray()) Assert.Contains((string)value!, apart.ShouldSucceed().Stdout, StringComparison.Ordinal);
        Assert.Contains("PCR 4 is not computed: ", apart.Stdout, StringComparison.Ordinal);
        var before = await MeasureAsync([.. parts, "--phase", "none", "--events"]);
        Assert.DoesNotContain((string)values["sha256"]!["11"]![0]!, before.ShouldSucceed().Stdout, StringComparison.Ordinal);
        Assert.Contains(".initrd (name)", before.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kernel_with_its_own_stub_is_measured_with_its_command_line_and_initrds()
    {
        var (one, two) = (_folder.Write("one", "1"), _folder.Write("two", "2"));
        var values = JsonNode.Parse((await MeasureAsync("--direct", "--systemd-boot", "--kernel", Stub, "--initrd", one, "--initrd", two, "--cmdline", "quiet", "--json")).ShouldSucceed().Stdout)!["values"]!;
        Assert.Equal(["4", "9", "12"], values["sha256"]!.AsObject().Select(r => r.Key));
        Assert.Equal("quiet", (string)values["command_line"]![0]!);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("12"u8)), (string)values["files"]![1]!);
    }

    [Fact]
    public async Task Steps_of_a_log_are_the_boot_that_it_logged_until_they_are_changed()
    {
        var log = RepositoryRoot.Combine("tests", "testdata", "eventlogs", "ovmf-stub-257.bin");
        var steps = (await MeasureAsync("--grub-from", log)).ShouldSucceed().Stdout;
        var file = _folder.Write("steps", steps);
        var same = await MeasureAsync("--grub", file, "--event-log", log);
        Assert.Contains("PCR 9: the log is the same, 2 events", same.Stdout, StringComparison.Ordinal);
        // Programs are steps; firmware's remarks in front of them are not.
        Assert.Contains("PCR 4: event 1 differs (sha256)", same.ShouldReport(4).Stdout, StringComparison.Ordinal);
        Assert.Contains("logged:   EV_EFI_ACTION 'Calling EFI Application from Boot Option'", same.Stdout, StringComparison.Ordinal);
        Assert.Contains("PCR 4: the log is the same, 6 events", (await MeasureAsync("--grub", file, "--firmware-log", log, "--event-log", log)).ShouldSucceed().Stdout, StringComparison.Ordinal);

        var lines = steps.TrimEnd().Split('\n').Where(l => l.StartsWith("digest: 9", StringComparison.Ordinal)).ToList();
        var changed = _folder.Write("changed", $"{lines[0]}\ninitrd: {_folder.Write("initrd", "next")}\n");
        var other = await MeasureAsync("--grub", changed, "--event-log", log, "--json");
        Assert.Contains("PCR 9: event 2 differs", other.Stderr, StringComparison.Ordinal);
        Assert.Contains("'Linux initrd'", other.Stderr, StringComparison.Ordinal);
        Assert.Equal(["9"], JsonNode.Parse(other.ShouldReport(4).Stdout)!["values"]!["sha256"]!.AsObject().Select(r => r.Key));
        (await MeasureAsync("--uki", await ImageAsync((".linux", Stub)), "--firmware-log", log)).ShouldSucceed();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(2, "--uki", "a", "--kernel", "b")]
    [InlineData(2, "--uki", "a", "--initrd", "b")]
    [InlineData(2, "--grub", "a", "--cmdline", "b")]
    [InlineData(2, "--direct", "--uki", "a")]
    [InlineData(2, "--direct", "--kernel", Stub, "--osrel", "a")]
    [InlineData(2, "--kernel", Stub, "--systemd-boot")]
    [InlineData(2, "--kernel", Stub, "--initrd", Stub, "--initrd", Stub)]
    [InlineData(2, "--kernel", Stub, "--profile", "-1")]
    [InlineData(2, "--kernel", Stub, "--linux-stub", "some")]
    [InlineData(1, "--uki", "no-such-file")]
    [InlineData(1, "--uki", "/")]
    [InlineData(1, "--uki", Stub)]
    [InlineData(1, "--uki", "/etc/passwd")]
    [InlineData(1, "--kernel", Stub, "--bank", "md5")]
    [InlineData(1, "--kernel", Stub, "--bank", "sha1", "--bank", "sha1")]
    [InlineData(1, "--kernel", Stub, "--stub-version", "251")]
    [InlineData(1, "--kernel", Stub, "--failed-attempts", "101")]
    [InlineData(1, "--kernel", Stub, "--boot-chain", "/etc/passwd")]
    [InlineData(1, "--grub", "/etc/passwd")]
    [InlineData(1, "--grub-from", "/etc/passwd")]
    public async Task What_cannot_be_measured_is_told_in_one_line(int status, params string[] arguments) => (await MeasureAsync(arguments)).ShouldEnd(status);

    private static Task<CommandRun> MeasureAsync(params string[] arguments) => CommandRun.RunAsync(["attest", "measure", .. arguments]);

    private async Task<string> ImageAsync(params (string Name, string File)[] sections)
    {
        var (image, address) = (_folder.Combine($"{sections.Length}.efi"), 0);
        var added = sections.SelectMany(s => (string[])["--add-section", $"{s.Name}={s.File}", "--change-section-vma", $"{s.Name}=0x{(address += 0x100000):x}"]);
        (await Tool.RunAsync(Peers.Require("objcopy"), [.. added, Stub, image])).ShouldSucceed();
        return image;
    }
}
