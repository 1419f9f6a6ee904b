namespace Coffer.KeyBroker.RootKeys;

/// <summary>
/// The key under which everything is kept that the store must not show: from a file, or what a TPM or a token opened.
/// Safe for many calls at once. Whoever opened it disposes it.
/// </summary>
internal interface IRootKey : IDisposable
{
    /// <summary>For messages, such as the file's path.</summary>
    string Name { get; }

    /// <summary>The key for one purpose: 32 bytes that tell nothing of the root key or of other purposes' keys, and are the same each time.</summary>
    /// <param name="purpose">A constant of ours, such as <c>audit-head</c>.</param>
    /// <returns>The caller disposes it.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: the key cannot be used.</exception>
    SecretBytes Derive(string purpose);
}
