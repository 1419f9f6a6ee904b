namespace Coffer.ImageCrypt.Keys;

/// <summary>A key provider that may open its own packets: <c>provider:NAME[:PARAMETERS]</c>.</summary>
/// <param name="name">The name under <c>key-providers</c> in the configuration.</param>
/// <param name="parameters">Everything after the second colon, verbatim (it can be empty); null without a second colon.</param>
public sealed class ProviderIdentity(string name, string? parameters) : Identity("provider:" + name)
{
    /// <summary>The name under <c>key-providers</c> in the configuration.</summary>
    public string Name { get; } = name;

    /// <summary>What the provider is given verbatim; null if the user gave nothing, which providers see as <c>Enabled</c>.</summary>
    public string? Parameters { get; } = parameters;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // Nothing here is secret.
    }
}
