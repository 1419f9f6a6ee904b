using Coffer.Jose;

namespace Coffer.ImageCrypt.Keys;

/// <summary>A private RSA or EC key, or a symmetric one, in memory.</summary>
/// <param name="source">As the user named it.</param>
/// <param name="key">With its private half; owned from now on: disposed, which zeroes it, with the identity.</param>
public sealed class PrivateKeyIdentity(string source, Jwk key) : Identity(source)
{
    /// <summary>The key, with its private half.</summary>
    public Jwk Key { get; } = key;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => Key.Dispose();
}
