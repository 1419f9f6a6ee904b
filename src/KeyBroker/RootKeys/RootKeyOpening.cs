using System.Security.Cryptography;
using Coffer.KeyBroker.RootKeys.Pkcs11;
using Coffer.KeyBroker.RootKeys.Recovery;
using Coffer.KeyBroker.RootKeys.Tpm;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys;

/// <summary>All kinds of root keys, and how a broker comes by its own.</summary>
internal static class RootKeyOpening
{
    /// <summary>The plain file, which a place without a prefix names.</summary>
    public static IRootKeyKind File { get; } = new FileRootKeyKind();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<IRootKeyKind> Kinds { get; } = [File, new TpmRootKeyKind(), new Pkcs11RootKeyKind()];

    /// <summary>Opens the key that the settings name, or makes it where it is sealed to a device and the store is new. The caller disposes it.</summary>
    /// <param name="settings">Which.</param>
    /// <param name="hasStore">Whether there is a store: then a key is never made, since it would not open it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warn">Hears what the operator should mend.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CofferException">It cannot be opened or made; a device's key is not made without a recovery key.</exception>
    public static async Task<RootKey> OpenAsync(BrokerSettings settings, bool hasStore, TimeProvider time, Action<string> warn, CancellationToken cancellationToken)
    {
        if (settings.RootKeyFile is null) return OpenInside(settings.DataFolder, hasStore, warn);
        var place = RootKeyPlace.Parse(settings.RootKeyFile);
        if (place.Kind.NeedsRecovery && !hasStore && !System.IO.File.Exists(place.File)) await MakeAsync(place, settings.RecoveryKeyFile, time, cancellationToken).ConfigureAwait(false);
        return await place.Kind.OpenAsync(place, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens all keys that the settings name: the first, and the other one where there is one and it opens. The caller disposes them.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    public static async Task<IReadOnlyList<RootKey>> OpenAllAsync(BrokerSettings settings, bool hasStore, TimeProvider time, Action<string> warn, CancellationToken cancellationToken)
    {
        var key = await OpenAsync(settings, hasStore, time, warn, cancellationToken).ConfigureAwait(false);
        if (settings.OtherRootKey is null) return [key];
        try
        {
            var place = RootKeyPlace.Parse(settings.OtherRootKey);
            return [key, await place.Kind.OpenAsync(place, time, cancellationToken).ConfigureAwait(false)];
        }
        catch (BrokerException e)
        {
            warn($"the other root key does not open: {e.Message}");
            return [key];
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Draws a new root key and seals it to a place where none is.</summary>
    /// <exception cref="CofferException">It cannot be made, or a recovery key is needed and none was named.</exception>
    public static async Task MakeAsync(RootKeyPlace place, string? recoveryKeyFile, TimeProvider time, CancellationToken cancellationToken)
    {
        using var recovery = RecoveryOf(place, recoveryKeyFile);
        using var key = RootKey.Draw(place.Name);
        await place.Kind.SealAsync(place, key, recovery?.Seal(key), null, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The recovery key that goes with a place; null where the kind needs none. The caller disposes it.</summary>
    /// <exception cref="CofferException">Wrong usage: one is needed and none was named; or it cannot be read.</exception>
    public static RecoveryPublicKey? RecoveryOf(RootKeyPlace place, string? file)
    {
        if (!place.Kind.NeedsRecovery) return null;
        return RecoveryPublicKey.Read(file ?? throw new CofferException(
            $"the root key {place.Name} would be lost with its device: an update, a defect, a cleared TPM", ExitStatus.Usage,
            "name the public half of a key that you keep offline: --recovery-key recovery.pub.pem"));
    }

    /// <summary>The sealed file of a place, made by its kind.</summary>
    /// <exception cref="BrokerException">It is not there, or cannot be read.</exception>
    public static SealedKeyFile ReadSealed(RootKeyPlace place)
    {
        var file = SealedKeyFile.Read(place.File) ?? throw new BrokerException(
            BrokerFault.Unavailable, $"the root key {place.Name} is not there", "make it with coffer broker init; where it is lost: coffer broker root-key recover --from BACKUP");
        return file.Kind == place.Kind.Prefix ? file : throw new BrokerException(BrokerFault.Unavailable, $"{Printable.Of(place.File)} holds a root key of the kind '{Printable.Of(file.Kind)}'", $"write {Printable.Of(file.Kind)}:FILE");
    }

    /// <summary>What a device opened, held to be the key that its file names; the bytes are zeroed.</summary>
    /// <exception cref="BrokerException">Exit status 4: it is another.</exception>
    public static RootKey Opened(RootKeyPlace place, SealedKeyFile file, byte[] secret)
    {
        try
        {
            if (secret.Length != RootKey.Bytes) throw SealedKeyFile.Damaged(place.File, null);
            var key = new RootKey(place.Name, new SecretBytes(secret));
            if (key.Id == file.KeyId) return key;
            key.Dispose();
            throw SealedKeyFile.Damaged(place.File, null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    // A new key beside an old store would open nothing, and hide that the right one is missing.
    private static FileRootKey OpenInside(string folder, bool hasStore, Action<string> warn)
    {
        if (hasStore && !System.IO.File.Exists(Path.Combine(folder, FileRootKey.DefaultName)))
        {
            throw new BrokerException(BrokerFault.Unavailable, $"the store has a root key already, and there is none in {Printable.Of(folder)}", "give the one that it was made with: --root-key FILE");
        }
        var (key, warning) = FileRootKey.OpenOrCreate(folder);
        warn(warning);
        return key;
    }
}
