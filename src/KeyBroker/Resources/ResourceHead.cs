namespace Coffer.KeyBroker.Resources;

/// <summary>What is known of a resource beside its content.</summary>
/// <param name="Path">Where it stands.</param>
/// <param name="Current">The newest version, which wraps.</param>
/// <param name="Named">The version that the path alone means: the last that was put. A rotation does not move it, so that packets without a version still open.</param>
/// <param name="Versions">Those that are kept, in the order of their numbers; never none.</param>
internal sealed record ResourceHead(ResourcePath Path, int Current, int Named, IReadOnlyList<ResourceVersion> Versions)
{
    /// <summary>How many versions are kept.</summary>
    public const int MostVersions = 100;

    /// <summary><c>NAME=VALUE</c> or <c>NAME</c>, as hosts have them.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>From when on no version is released; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The newest version.</summary>
    public ResourceVersion Newest => Versions[^1];

    /// <summary>The version of that number; null where it is not kept.</summary>
    public ResourceVersion? Find(int number) => Versions.FirstOrDefault(v => v.Number == number);

    /// <summary>The same with one version changed.</summary>
    public ResourceHead With(ResourceVersion changed) => this with { Versions = [.. Versions.Select(v => v.Number == changed.Number ? changed : v)] };
}
