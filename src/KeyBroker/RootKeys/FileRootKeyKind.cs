using Coffer.KeyBroker.Files;
using Coffer.KeyBroker.RootKeys.Recovery;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys;

/// <summary>A root key that stands in a file as it is.</summary>
internal sealed class FileRootKeyKind : IRootKeyKind
{
    /// <inheritdoc/>
    public string Prefix => "";

    /// <inheritdoc/>
    public string Form => "FILE";

    /// <inheritdoc/>
    public IReadOnlyList<string> Options => [];

    /// <inheritdoc/>
    public bool NeedsRecovery => false;

    /// <inheritdoc/>
    public Task<RootKey> OpenAsync(RootKeyPlace place, TimeProvider time, CancellationToken cancellationToken) => Task.FromResult<RootKey>(FileRootKey.Open(place.File));

    /// <inheritdoc/>
    public Task SealAsync(RootKeyPlace place, RootKey key, RecoveryCopy? recovery, SealedKeyFile? before, TimeProvider time, CancellationToken cancellationToken)
    {
        using var pinned = new SecretBytes(key.Key.Span);
        return PrivateFiles.Create(place.File, pinned.Memory)
            ? Task.CompletedTask
            : throw new BrokerException(BrokerFault.Conflict, $"there is a file {Printable.Of(place.File)} already", "name another file; what may be the only copy of a key is not overwritten");
    }
}
