using Coffer.KeyBroker.Backup;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Recovery;
using Coffer.Oci;

namespace Coffer.KeyBroker.Hosting;

/// <summary>What is done with a root key on the broker's own machine, without its store.</summary>
public static class RootKeyRun
{
    /// <summary>Says what stands in a place, and whether it opens now.</summary>
    /// <exception cref="CofferException">The place is wrongly written, or there is nothing.</exception>
    public static async Task<RootKeyFacts> StatusAsync(string rootKey, TimeProvider time, CancellationToken cancellationToken)
    {
        var place = RootKeyPlace.Parse(rootKey);
        var file = place.Kind.NeedsRecovery ? RootKeyOpening.ReadSealed(place) : null;
        string? id = file?.KeyId, problem = null;
        try
        {
            using var key = await place.Kind.OpenAsync(place, time, cancellationToken).ConfigureAwait(false);
            id = key.Id;
        }
        catch (BrokerException e)
        {
            problem = e.Message;
        }
        var detail = file?.Sealed["pcrs"] is System.Text.Json.Nodes.JsonObject pcrs ? $"PCRs {string.Join('+', pcrs.Select(p => Printable.Of(p.Key)))} of the sha256 bank" : (string?)file?.Sealed["key"];
        return new RootKeyFacts(place.Name, place.Kind.Prefix is { Length: > 0 } kind ? kind : "file", id, file?.Recovery.Thumbprint, detail, problem);
    }

    /// <summary>Seals the same key anew: to what its registers hold now, to others, with another recovery key, or to another place.</summary>
    /// <param name="rootKey">Where it is, and opens.</param>
    /// <param name="to">Where it is to be; null for the same place.</param>
    /// <param name="recoveryKeyFile">The recovery key's public half; null for the one before.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up; the key is then where it was.</param>
    /// <returns>The place's name.</returns>
    /// <exception cref="CofferException">It does not open, or cannot be sealed.</exception>
    public static async Task<string> ResealAsync(string rootKey, string? to, string? recoveryKeyFile, TimeProvider time, CancellationToken cancellationToken)
    {
        var place = RootKeyPlace.Parse(rootKey);
        var before = place.Kind.NeedsRecovery ? RootKeyOpening.ReadSealed(place) : null;
        var opening = to is null && before is not null ? place with { Options = place.Options.Where(o => o.Key != "pcrs").ToDictionary() } : place; // named are the new ones
        using var key = await opening.Kind.OpenAsync(opening, time, cancellationToken).ConfigureAwait(false);
        return await SealAsync(to is null ? place : RootKeyPlace.Parse(to), place, key, before, before?.Recovery, recoveryKeyFile, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a root key with the recovery key and seals it anew, where its device does not open it any more.</summary>
    /// <param name="rootKey">Where it was, and, without <paramref name="to"/>, is to be.</param>
    /// <param name="recoveryFile">The recovery key's private half.</param>
    /// <param name="passwordFile">The file of its password; null for none.</param>
    /// <param name="to">Where it is to be; null for the same place.</param>
    /// <param name="backupFile">A backup, whose header has the key as well, where the sealed file is lost; null for that file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up; nothing is changed then.</param>
    /// <returns>The place's name.</returns>
    /// <exception cref="CofferException">The recovery key does not open it, or it cannot be sealed.</exception>
    public static async Task<string> RecoverAsync(
        string rootKey, string recoveryFile, string? passwordFile, string? to, string? backupFile, TimeProvider time, CancellationToken cancellationToken)
    {
        var place = RootKeyPlace.Parse(rootKey);
        if (!place.Kind.NeedsRecovery) throw new CofferException($"the root key {place.Name} is a file, which no recovery key opens", ExitStatus.Usage, "recover is for keys that a TPM or a token opens");
        var copy = CopyOf(backupFile);
        var before = copy is null ? RootKeyOpening.ReadSealed(place) : SealedKeyFile.Read(place.File);
        using var recovery = RecoveryPrivateKey.Read(recoveryFile, passwordFile);
        using var key = recovery.Open(copy ?? before!.Recovery, place.Name);
        if (copy is null && key.Id != before!.KeyId) throw SealedKeyFile.Damaged(place.File, null);
        return await SealAsync(to is null ? place : RootKeyPlace.Parse(to), place, key, before, copy ?? before!.Recovery, null, time, cancellationToken).ConfigureAwait(false);
    }

    private static RecoveryCopy? CopyOf(string? backupFile)
    {
        if (backupFile is null) return null;
        using var stream = File.OpenRead(backupFile);
        return BackupHeader.Read(stream, backupFile).Header.Recovery ?? throw new CofferException($"the backup {Printable.Of(backupFile)} was made under a root key that has no recovery key", ExitStatus.NoUsableKey, "such a root key is a file: give that");
    }

    private static async Task<string> SealAsync(
        RootKeyPlace target, RootKeyPlace from, RootKey key, SealedKeyFile? before, RecoveryCopy? copy, string? recoveryKeyFile, TimeProvider time, CancellationToken cancellationToken)
    {
        if (recoveryKeyFile is not null || (copy is null && target.Kind.NeedsRecovery))
        {
            using var recovery = RootKeyOpening.RecoveryOf(target, recoveryKeyFile);
            copy = recovery?.Seal(key);
        }
        var isSame = Path.GetFullPath(target.File) == Path.GetFullPath(from.File);
        await target.Kind.SealAsync(target, key, copy, isSame ? before : null, time, cancellationToken).ConfigureAwait(false);
        return target.Name;
    }
}
