using Coffer.Support;

namespace Coffer.Attestation.Tests.Measured;

/// <summary>systemd's stub as Debian ships it, and unified kernel images made of it as its manual says.</summary>
internal sealed class EfiFiles : IDisposable
{
    private readonly TempDirectory _folder = new();

    public static string Stub => Missing.Require(
        File.Exists("/usr/lib/systemd/boot/efi/linuxx64.efi.stub") ? "/usr/lib/systemd/boot/efi/linuxx64.efi.stub" : null, "systemd's EFI stub (systemd-boot-efi)", "run scripts/install-peers");

    public static string SystemdMeasure => Missing.Require(File.Exists("/lib/systemd/systemd-measure") ? "/lib/systemd/systemd-measure" : null, "systemd-measure (systemd)", "run scripts/install-peers");

    public TempDirectory Folder => _folder;

    public void Dispose() => _folder.Dispose();

    /// <summary>An image with these sections, made by objcopy.</summary>
    public async Task<string> ImageAsync(params (string Name, string File)[] sections)
    {
        var (arguments, address) = (new List<string>(), 0x100000L);
        foreach (var (name, file) in sections)
        {
            arguments.AddRange(["--add-section", $"{name}={file}", "--change-section-vma", $"{name}=0x{address:x}"]);
            address += (new FileInfo(file).Length + 0xffff) / 0x1000 * 0x1000;
        }
        var image = _folder.Combine($"{Guid.NewGuid():N}.efi");
        (await Tool.RunAsync(Peers.Require("objcopy"), [.. arguments, Stub, image])).ShouldSucceed();
        return image;
    }

    /// <summary>pesign's word on a program's hash, in lower-case hexadecimal.</summary>
    public static async Task<string> HashAsync(string file, string bank)
    {
        var output = (await Peers.RunAsync("pesign", "-h", "-d", bank, "-i", file)).ShouldSucceed().Output;
        return output.Split(' ', '\n').First(word => word.Length >= 40 && word.All(char.IsAsciiHexDigitLower));
    }
}
