using Coffer.Oci;

namespace Coffer.ImageCrypt.Trees;

/// <summary>Which instances of a multi-platform image are meant.</summary>
public sealed record InstanceSelection
{
    private InstanceSelection(IReadOnlyList<Platform>? platforms, bool chosen)
    {
        Platforms = platforms;
        Chosen = chosen;
    }

    /// <summary>Everything that an index lists.</summary>
    public static InstanceSelection All { get; } = new(null, true);

    /// <summary>Only this machine's instance, because the user said nothing.</summary>
    public static InstanceSelection Here { get; } = new([Platform.Here], false);

    /// <summary>The platforms that are meant; null for all.</summary>
    public IReadOnlyList<Platform>? Platforms { get; }

    /// <summary>True if the user chose; a default is not held against an image that has only one instance.</summary>
    public bool Chosen { get; }

    /// <summary>The platforms that the user named; at least one.</summary>
    public static InstanceSelection Of(IReadOnlyList<Platform> platforms) => new(platforms, true);

    /// <summary>This machine's instance with another system or processor in its place (<c>--override-os</c>, <c>--override-arch</c>).</summary>
    public static InstanceSelection Overridden(string? os, string? architecture) =>
        new([new Platform(os ?? Platform.Here.Os, architecture ?? Platform.Here.Architecture)], false);
}
