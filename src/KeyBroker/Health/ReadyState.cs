namespace Coffer.KeyBroker.Health;

/// <summary>What the checks found.</summary>
/// <param name="Problems">By the check's name, all of them: what is wrong, or null where it is well.</param>
internal sealed record ReadyState(IReadOnlyDictionary<string, string?> Problems)
{
    /// <summary>Whether all is well.</summary>
    public bool IsReady => Problems.Values.All(p => p is null);
}
