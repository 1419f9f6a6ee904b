using Coffer.KeyBroker.Resources;

namespace Coffer.KeyBroker.Access;

/// <summary>A role at some paths.</summary>
internal sealed record Grant
{
    private static readonly Glob[] Everywhere = [Glob.Parse("**")];

    private Grant(Role role, IReadOnlyList<Glob> paths) => (Role, Paths) = (role, paths);

    public Role Role { get; }

    /// <summary>What it reaches.</summary>
    public IReadOnlyList<Glob> Paths { get; }

    /// <param name="role">The role.</param>
    /// <param name="paths">Globs; of no account for a role that reaches every path.</param>
    /// <exception cref="FormatException">A glob is none.</exception>
    public static Grant Of(Role role, IReadOnlyList<string> paths) => new(role, RoleTable.NeedsPaths(role) ? [.. paths.Select(Glob.Parse)] : Everywhere);

    /// <summary>Whether one of its globs covers the path.</summary>
    public bool Reaches(ResourcePath path) => Paths.Any(g => g.Matches(path));

    /// <summary>For the audit: <c>key-owner at team-a/**</c>.</summary>
    public override string ToString() => RoleTable.NeedsPaths(Role) ? $"{RoleNames.Of(Role)} at {string.Join(", ", Paths)}" : RoleNames.Of(Role);
}
