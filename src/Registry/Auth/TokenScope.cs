namespace Coffer.Registry.Auth;

/// <summary>What a request wants to do, in the words of token services: <c>repository:NAME:ACTIONS</c>, and what it mounts from.</summary>
internal sealed record TokenScope(string Repository, string Actions, string? MountFrom = null)
{
    public static TokenScope Pull(string repository) => new(repository, "pull");

    public static TokenScope Push(string repository) => new(repository, "pull,push");

    public static TokenScope Delete(string repository) => new(repository, "delete,pull");

    public IReadOnlyList<string> Texts => MountFrom is null
        ? [$"repository:{Repository}:{Actions}"]
        : [$"repository:{Repository}:{Actions}", $"repository:{MountFrom}:pull"];
}
