using System.Globalization;
using System.Text.RegularExpressions;
using Coffer.Support;

namespace Coffer.Attestation.Tests.Measured;

/// <summary>A machine of QEMU with OVMF and a software TPM, which boots a folder as its disk, tells its registers and its event log, and is off again.</summary>
internal sealed partial class VirtualMachine : IDisposable
{
    private const string Code = "/usr/share/OVMF/OVMF_CODE_4M.fd", Variables = "/usr/share/OVMF/OVMF_VARS_4M.fd";

    private const string Init = """
        #!/busybox sh
        /busybox mount -t devtmpfs dev /dev
        exec >/dev/ttyS0 2>&1
        /busybox mount -t sysfs sys /sys
        /busybox mount -t securityfs security /sys/kernel/security
        for register in 4 8 9 11 12; do echo "PCR $register $(/busybox cat /sys/class/tpm/tpm0/pcr-sha256/$register)"; done
        echo LOG
        /busybox base64 /sys/kernel/security/tpm0/binary_bios_measurements
        echo END
        /busybox poweroff -f

        """;

    private readonly TempDirectory _folder = new();

    /// <summary>Values of the sha256 bank by register.</summary>
    public IReadOnlyDictionary<int, byte[]> Registers { get; private set; } = new Dictionary<int, byte[]>();

    public byte[] Log { get; private set; } = [];

    /// <summary>The kernel that scripts/install-peers unpacked.</summary>
    public static string Kernel
    {
        get
        {
            var kernel = Path.Combine(Peers.Directory, "vmlinuz");
            return Missing.Require(File.Exists(kernel) && File.Exists(Code) ? kernel : null, "what boots a virtual machine (QEMU, OVMF, a kernel)", "run scripts/install-peers --virtual-machine");
        }
    }

    /// <summary>Where the disk's files are put.</summary>
    public string Disk => _folder.Combine("disk");

    public void Dispose() => _folder.Dispose();

    /// <summary>An initrd whose one program tells what this machine knows.</summary>
    public async Task<string> InitrdAsync(CancellationToken cancellationToken)
    {
        var root = _folder.Combine("root");
        foreach (var folder in (string[])["dev", "sys"]) Directory.CreateDirectory(Path.Combine(root, folder));
        File.Copy(Peers.Require("busybox"), Path.Combine(root, "busybox"));
        await File.WriteAllTextAsync(Path.Combine(root, "init"), Init, cancellationToken);
        File.SetUnixFileMode(Path.Combine(root, "init"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var options = new ToolOptions { WorkingDirectory = root, Input = "dev\nsys\nbusybox\ninit\n"u8.ToArray() };
        return _folder.Write("initrd", (await Tool.RunAsync(Peers.Require("busybox"), ["cpio", "-o", "-H", "newc"], options, cancellationToken)).ShouldSucceed().OutputBytes.Span);
    }

    /// <summary>Boots, and returns when it is off.</summary>
    public async Task BootAsync(CancellationToken cancellationToken)
    {
        var (socket, state, variables) = (_folder.Combine("tpm"), _folder.Combine("state"), _folder.Combine("variables"));
        Directory.CreateDirectory(state);
        File.Copy(Variables, variables);
        var options = new ToolOptions { Timeout = TimeSpan.FromMinutes(15) };
        // The TPM ends with the machine.
        var tpm = Tool.RunAsync(Peers.Require("swtpm"), ["socket", "--tpm2", "--tpmstate", $"dir={state}", "--ctrl", $"type=unixio,path={socket}", "--terminate"], options, cancellationToken);
        await Until.TrueAsync(() => File.Exists(socket));
        var machine = await Tool.RunAsync(
            Peers.Require("qemu-system-x86_64"),
            [
                "-machine", "q35,smm=off", "-accel", "tcg", "-cpu", "max", "-m", "768", "-nographic", "-no-reboot", "-nic", "none",
                "-drive", $"if=pflash,format=raw,unit=0,readonly=on,file={Code}", "-drive", $"if=pflash,format=raw,unit=1,file={variables}", "-drive", $"format=raw,file=fat:rw:{Disk}",
                "-chardev", $"socket,id=tpm,path={socket}", "-tpmdev", "emulator,id=tpm0,chardev=tpm", "-device", "tpm-tis,tpmdev=tpm0",
            ],
            options, cancellationToken);
        (await tpm).ShouldSucceed();
        var told = machine.ShouldSucceed().Output.ReplaceLineEndings("\n");
        Registers = Register().Matches(told).ToDictionary(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), m => Convert.FromHexString(m.Groups[2].Value));
        var (from, to) = (told.LastIndexOf("\nLOG\n", StringComparison.Ordinal), told.LastIndexOf("\nEND\n", StringComparison.Ordinal));
        Assert.True(from > 0 && to > from, told);
        Log = Convert.FromBase64String(told[(from + 5)..to]);
    }

    [GeneratedRegex("^PCR ([0-9]+) ([0-9A-F]{64})$", RegexOptions.Multiline)]
    private static partial Regex Register();
}
