using Coffer.KeyBroker.RootKeys.Recovery;

namespace Coffer.KeyBroker.RootKeys;

/// <summary>One way to keep a root key. Holds nothing; all kinds stand in <see cref="RootKeyOpening"/>.</summary>
internal interface IRootKeyKind
{
    /// <summary>What a place begins with, before its colon; empty for a plain file.</summary>
    string Prefix { get; }

    /// <summary>How a place is written, for hints.</summary>
    string Form { get; }

    /// <summary>The options that it knows.</summary>
    IReadOnlyList<string> Options { get; }

    /// <summary>Whether the key can be lost with a machine or device, so that it is always sealed to a recovery key as well.</summary>
    bool NeedsRecovery { get; }

    /// <summary>Opens the key. The caller disposes it.</summary>
    /// <exception cref="Coffer.Oci.CofferException">It cannot be opened.</exception>
    Task<RootKey> OpenAsync(RootKeyPlace place, TimeProvider time, CancellationToken cancellationToken);

    /// <summary>Seals a key into the place's file.</summary>
    /// <param name="place">Where and how; options that it lacks are taken from <paramref name="before"/>.</param>
    /// <param name="key">The key.</param>
    /// <param name="recovery">The key sealed to the recovery key; null only where the kind needs none.</param>
    /// <param name="before">What stood in the file, which is replaced; null where none may be there.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up; the file is then as it was.</param>
    /// <exception cref="Coffer.Oci.CofferException">It cannot be sealed or written.</exception>
    Task SealAsync(RootKeyPlace place, RootKey key, RecoveryCopy? recovery, SealedKeyFile? before, TimeProvider time, CancellationToken cancellationToken);
}
