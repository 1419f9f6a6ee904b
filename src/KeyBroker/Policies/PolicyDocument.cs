using Coffer.KeyBroker.Policies.Conditions;
using Coffer.KeyBroker.Resources;

namespace Coffer.KeyBroker.Policies;

/// <summary>A policy that was read and found sound.</summary>
public sealed class PolicyDocument
{
    internal PolicyDocument(string name, PolicyEffect effect, IReadOnlyList<Glob> resources, Condition when) =>
        (Name, Effect, Resources, When) = (name, effect, resources, when);

    /// <summary>1 to 128 letters, digits, dashes, underscores and dots.</summary>
    public string Name { get; }

    /// <summary>The version that the document was made from; null where it does not say.</summary>
    public long? Version { get; init; }

    /// <summary>What its author says of it; null where nothing.</summary>
    public string? Description { get; init; }

    /// <summary>What it does where its condition holds.</summary>
    public PolicyEffect Effect { get; }

    /// <summary>The resources that it is about.</summary>
    public IReadOnlyList<Glob> Resources { get; }

    /// <summary>Names of the reference sets that its conditions use.</summary>
    public IReadOnlyCollection<string> References { get; init; } = [];

    /// <summary>Whether a <c>tee</c> condition names <c>sample</c>, without which sample evidence is never allowed.</summary>
    public bool NamesSample { get; init; }

    internal Condition When { get; }

    /// <summary>Whether it is about the resource.</summary>
    public bool IsAbout(ResourcePath path) => Resources.Any(g => g.Matches(path));
}
