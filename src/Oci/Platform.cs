namespace Coffer.Oci;

/// <summary>What an image runs on (image-spec 1.1, image-index.md "platform").</summary>
/// <param name="Os">Go's name of the operating system, such as <c>linux</c>.</param>
/// <param name="Architecture">Go's name of the processor, such as <c>amd64</c>.</param>
/// <param name="Variant">Such as <c>v8</c>; null where the index names none.</param>
/// <param name="OsVersion">Windows' build number; null where the index names none.</param>
public sealed record Platform(string Os, string Architecture, string? Variant = null, string? OsVersion = null)
{
    /// <summary>This machine, always as Linux, since images for other systems cannot run here.</summary>
    public static Platform Here { get; } = new("linux", System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        System.Runtime.InteropServices.Architecture.Arm => "arm",
        System.Runtime.InteropServices.Architecture.S390x => "s390x",
        System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64le",
        System.Runtime.InteropServices.Architecture.RiscV64 => "riscv64",
        var other => other.ToString().ToLowerInvariant(),
    });

    /// <summary>Reads <c>os/arch</c> or <c>os/arch/variant</c>.</summary>
    /// <exception cref="CofferException">Any other form (<see cref="ExitStatus.Usage"/>).</exception>
    public static Platform Parse(string text)
    {
        var parts = text.Split('/');
        if (parts.Length is < 2 or > 3 || parts.Any(string.IsNullOrEmpty))
        {
            throw new CofferException($"'{Printable.Of(text)}' is not a platform", ExitStatus.Usage, "write os/arch or os/arch/variant, such as linux/arm64 or linux/arm/v7");
        }
        return new Platform(parts[0], parts[1], parts.Length == 3 ? parts[2] : null);
    }

    /// <summary>True if an image for <paramref name="other"/> is what somebody who asks for this platform means; an unnamed variant matches all.</summary>
    public bool Matches(Platform? other) =>
        other is not null && Os == other.Os && Architecture == other.Architecture && (Variant is null || Variant == Normal(other));

    /// <summary><c>os/arch[/variant]</c>.</summary>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    // arm64 without a variant is v8, arm without one v7, as containerd normalises them.
    private static string? Normal(Platform p) => p.Variant ?? p.Architecture switch { "arm64" => "v8", "arm" => "v7", _ => null };
}
