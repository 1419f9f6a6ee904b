using System.CommandLine;
using System.Text;
using Coffer.Attestation.Measured;
using Coffer.Attestation.Measured.Systemd;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Attest.Measure;

/// <summary>The kernel and what belongs to it: the parts of a unified image, or a kernel that starts through its own stub.</summary>
internal sealed class KernelFlags
{
    private readonly Option<string[]> _initrd = new("--initrd") { Description = "initrd; with --direct several, one behind the other", HelpName = "FILE" };
    private readonly Option<string?> _cmdline = new("--cmdline") { Description = "command line, or @FILE", HelpName = "TEXT" };
    private readonly Option<string?> _uname = new("--uname") { Description = "the kernel's release, or @FILE", HelpName = "TEXT" };
    private readonly (Option<string?> Flag, string Section)[] _files =
    [
        (Part("--osrel", "os-release file"), ".osrel"), (Part("--ucode", "microcode"), ".ucode"), (Part("--splash", "boot splash"), ".splash"), (Part("--dtb", "device tree"), ".dtb"),
        (Part("--sbat", "SBAT text"), ".sbat"), (Part("--pcrsig", "signed PCR values, which only reach the initrd"), ".pcrsig"), (Part("--pcrpkey", "public key of signed PCR values"), ".pcrpkey"),
        (Part("--profile-section", "profile"), ".profile"), (Part("--hwids", "hardware identifiers"), ".hwids"),
    ];

    private readonly Option<bool> _direct = new("--direct") { Description = "the kernel starts through its own EFI stub, and is no part of a unified image" };
    private readonly Option<bool> _systemdBoot = new("--systemd-boot") { Description = "with --direct: systemd-boot starts it, which measures the command line too" };
    private readonly Option<int> _profile = new("--profile") { Description = "which profile of a unified image, from 0", HelpName = "N" };
    private readonly Option<int?> _stub = new("--stub-version") { Description = "systemd's version of the unified image's stub (default: what the image says, or the newest known)", HelpName = "N" };
    private readonly Option<string?> _options = new("--load-options") { Description = "command line that a boot loader or boot option passes to a unified image, or @FILE", HelpName = "TEXT" };
    private readonly Option<bool?> _inner = new("--inner-kernel") { Description = "whether firmware measures the kernel in a unified image as well (default: true up to stub 257)", HelpName = "BOOL" };
    private readonly Option<string> _linux = new("--linux-stub") { Description = "what the kernel measures by itself into PCR 9: all (6.1), initrd (from 5.17 on) or none", HelpName = "WHAT", DefaultValueFactory = _ => "all" };

    public KernelFlags(Command command)
    {
        _linux.AcceptOnlyFromAmong("all", "initrd", "none");
        foreach (var option in (Option[])[Kernel, _initrd, _cmdline, .. _files.Select(f => f.Flag), _uname, _direct, _systemdBoot, _profile, _stub, _options, _inner, _linux]) command.Add(option);
    }

    /// <summary>The kernel's flag.</summary>
    public Option<string?> Kernel { get; } = new("--kernel") { Description = "kernel of a unified image that need not be built yet; or see --direct", HelpName = "FILE" };

    public bool IsDirect(ParseResult parsed) => parsed.GetValue(_direct);

    /// <summary>The first flag that means something only beside the kernel's; null where there is none.</summary>
    public string? FirstPart(ParseResult parsed) =>
        ((Option[])[_initrd, _cmdline, .. _files.Select(f => f.Flag), _uname, _direct, _systemdBoot]).FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false })?.Name;

    public UnifiedKernelSettings Settings(ParseResult parsed)
    {
        var (profile, stub) = (parsed.GetValue(_profile), parsed.GetValue(_stub));
        if (profile < 0 || stub < 0) throw new CofferException("--profile and --stub-version take numbers from 0 on", ExitStatus.Usage);
        return new UnifiedKernelSettings
        {
            Profile = profile, StubVersion = stub, InnerKernel = parsed.GetValue(_inner), LinuxStub = Linux(parsed),
            LoadOptions = parsed.GetValue(_options) is { } options ? MeasuredFiles.Text(options) : null,
        };
    }

    public void MeasureDirect(ParseResult parsed, MeasuredBoot boot, CancellationToken cancellationToken)
    {
        var path = parsed.GetValue(Kernel) ?? throw new CofferException("--direct needs --kernel", ExitStatus.Usage);
        if (((Option[])[.. _files.Select(f => f.Flag), _uname, _profile, _stub, _options, _inner]).FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } part)
        {
            throw new CofferException($"{part.Name} belongs to unified images, not to --direct", ExitStatus.Usage);
        }
        var opened = new List<Stream>();
        try
        {
            foreach (var initrd in parsed.GetValue(_initrd) ?? []) opened.Add(MeasuredFiles.Open(initrd));
            var options = parsed.GetValue(_cmdline) is { } text ? MeasuredFiles.Text(text).TrimEnd('\n') : null;
            using var kernel = MeasuredFiles.Open(path);
            MeasuredFiles.Named(path, () => DirectKernel.Measure(boot, (path, kernel), opened, options, Linux(parsed), parsed.GetValue(_systemdBoot), cancellationToken));
        }
        finally
        {
            opened.ForEach(f => f.Dispose());
        }
    }

    public void MeasureParts(ParseResult parsed, MeasuredBoot boot, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_systemdBoot)) throw new CofferException("--systemd-boot belongs to --direct", ExitStatus.Usage);
        var initrds = parsed.GetValue(_initrd) ?? [];
        if (initrds.Length > 1) throw new CofferException("a unified image has one initrd", ExitStatus.Usage, "put them together first, as the tool that builds the image does");
        var path = parsed.GetRequiredValue(Kernel)!;
        var sections = new Dictionary<string, Stream>();
        try
        {
            sections[".linux"] = MeasuredFiles.Open(path);
            if (initrds is [var initrd]) sections[".initrd"] = MeasuredFiles.Open(initrd);
            foreach (var (flag, section) in _files)
            {
                if (parsed.GetValue(flag) is { } file) sections[section] = MeasuredFiles.Open(file);
            }
            foreach (var (flag, section) in (ReadOnlySpan<(Option<string?>, string)>)[(_cmdline, ".cmdline"), (_uname, ".uname")])
            {
                if (parsed.GetValue(flag) is { } text) sections[section] = new MemoryStream(Encoding.UTF8.GetBytes(MeasuredFiles.Text(text)));
            }
            MeasuredFiles.Named(path, () => UnifiedKernel.Measure(boot, sections, Settings(parsed), cancellationToken));
        }
        finally
        {
            foreach (var section in sections.Values) section.Dispose();
        }
    }

    private LinuxStub Linux(ParseResult parsed) => parsed.GetRequiredValue(_linux) switch
    {
        "all" => LinuxStub.OptionsAndInitrd,
        "initrd" => LinuxStub.InitrdOnly,
        _ => LinuxStub.Nothing,
    };

    private static Option<string?> Part(string name, string what) => new(name) { Description = $"{what} of a unified image", HelpName = "FILE" };
}
