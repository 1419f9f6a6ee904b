using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Keys;

/// <summary>
/// The node's attestation and binding keys. Both are children of storage primary keys that are made anew for each operation and are
/// always the same, so that they live through resets of the TPM; what is kept is TPM2B_PUBLIC and TPM2B_PRIVATE, never a saved context.
/// </summary>
/// <remarks>
/// The attestation key is not a child of the endorsement key, although in its hierarchy: an RSA endorsement key takes hardware many
/// seconds to make again, and using it as a parent takes a policy session each time. For who verifies, nothing differs.
/// </remarks>
internal sealed class NodeKeys
{
    private const string AkFile = "ak";
    private const string BindingFile = "binding";
    private readonly TpmSettings _settings;
    private readonly TimeProvider _time;
    private readonly StateFolder _folder;

    /// <summary>Reads nothing yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A register or persistent handle that no TPM has.</exception>
    public NodeKeys(TpmSettings settings, TimeProvider time)
    {
        foreach (var handle in (uint?[])[settings.AkHandle, settings.BindingKeyHandle])
        {
            if (handle is { } value && !TpmHandle.IsPersistent(value)) throw new ArgumentOutOfRangeException(nameof(settings), $"0x{value:x8} is no persistent handle of the owner");
        }
        (_settings, _time, _folder) = (settings, time, new StateFolder(settings.StateDirectory));
        if (settings.BoundPcrs.Count > 0) Bound = [new(TpmAlgorithm.Sha256, settings.BoundPcrs)];
    }

    /// <summary>The registers that the binding key is bound to; empty where it is not.</summary>
    public IReadOnlyList<TpmPcrSelection> Bound { get; } = [];

    /// <summary>Loads the attestation key, and makes it where there is none yet. Takes one slot for keys, for a moment two.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: the TPM refuses the key that is kept.</exception>
    public async Task<LoadedKey> LoadAkAsync(TpmConnection tpm, CancellationToken cancellationToken)
    {
        var parent = await tpm.CreatePrimaryAsync(TpmHandle.Endorsement, KeyTemplates.Storage, cancellationToken).ConfigureAwait(false);
        var stored = StoredKey.Read(_folder, AkFile) ?? await MakeAkAsync(tpm, parent, cancellationToken).ConfigureAwait(false);
        var ak = await LoadAsync(tpm, parent, stored, _settings.AkHandle, cancellationToken).ConfigureAwait(false);
        await tpm.FlushContextAsync(parent.Handle.Value, cancellationToken).ConfigureAwait(false);
        return ak;
    }

    /// <summary>The binding key that opens now: the one that is kept, or a new one where that is bound to other registers or other
    /// values than they have now, or where the TPM does not take it.</summary>
    public async Task<StoredKey> OpenBindingKeyAsync(TpmConnection tpm, CancellationToken cancellationToken)
    {
        using var alone = await _folder.LockAsync(_time, _settings.Patience, cancellationToken).ConfigureAwait(false);
        var template = KeyTemplates.Binding(await CurrentPolicyAsync(tpm, cancellationToken).ConfigureAwait(false));
        var parent = await MakeBindingParentAsync(tpm, cancellationToken).ConfigureAwait(false);
        var kept = ReadBindingKey();
        if (kept is not null && IsOf(kept.Public, template) && await OpensAsync(tpm, parent, kept, cancellationToken).ConfigureAwait(false)) return kept;
        if (kept is not null) await EvictAsync(tpm, kept, cancellationToken).ConfigureAwait(false);
        var (made, secret) = await tpm.CreateAsync(parent, EmptyPassword.Instance, template, cancellationToken).ConfigureAwait(false);
        var stored = new StoredKey(made, secret);
        stored.Write(_folder, BindingFile);
        return stored;
    }

    /// <summary>Loads a binding key. Takes one slot for keys beside that of its parent.</summary>
    public Task<LoadedKey> LoadBindingKeyAsync(TpmConnection tpm, LoadedKey parent, StoredKey stored, CancellationToken cancellationToken) =>
        LoadAsync(tpm, parent, stored, _settings.BindingKeyHandle, cancellationToken);

    /// <summary>The parent of binding keys, which also salts the sessions in which they are used.</summary>
    public static Task<LoadedKey> MakeBindingParentAsync(TpmConnection tpm, CancellationToken cancellationToken) =>
        tpm.CreatePrimaryAsync(TpmHandle.Owner, KeyTemplates.Storage, cancellationToken);

    /// <summary>Makes sure that a binding key opens with these values: a register may have changed since it was opened.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: it does not.</exception>
    public void CheckPolicy(StoredKey stored, IReadOnlyList<TpmPcrValues> banks)
    {
        if (stored.Public.AuthPolicy.IsEmpty || stored.Public.AuthPolicy.Span.SequenceEqual(PolicyOf(banks))) return;
        throw new AttestationException(AttestationFault.Unavailable, "a PCR that the binding key is bound to changed since the key was opened", "open it again, and attest anew");
    }

    private async Task<StoredKey> MakeAkAsync(TpmConnection tpm, LoadedKey parent, CancellationToken cancellationToken)
    {
        using var alone = await _folder.LockAsync(_time, _settings.Patience, cancellationToken).ConfigureAwait(false);
        if (StoredKey.Read(_folder, AkFile) is { } others) return others;
        var (made, secret) = await tpm.CreateAsync(parent, EmptyPassword.Instance, KeyTemplates.Attestation(_settings.AkAlgorithm), cancellationToken).ConfigureAwait(false);
        var stored = new StoredKey(made, secret);
        stored.Write(_folder, AkFile);
        return stored;
    }

    private static async Task<LoadedKey> LoadAsync(TpmConnection tpm, LoadedKey parent, StoredKey stored, uint? handle, CancellationToken cancellationToken)
    {
        if (handle is not { } persistent) return await tpm.LoadAsync(parent, EmptyPassword.Instance, stored.Public, stored.Private, cancellationToken).ConfigureAwait(false);
        if (await PersistentKey.FindAsync(tpm, persistent, stored.Public, cancellationToken).ConfigureAwait(false) is { } there) return there;
        var loaded = await tpm.LoadAsync(parent, EmptyPassword.Instance, stored.Public, stored.Private, cancellationToken).ConfigureAwait(false);
        await tpm.EvictControlAsync(loaded, persistent, cancellationToken).ConfigureAwait(false);
        await tpm.FlushContextAsync(loaded.Handle.Value, cancellationToken).ConfigureAwait(false);
        return loaded with { Handle = loaded.Handle with { Value = persistent } };
    }

    private async Task<byte[]?> CurrentPolicyAsync(TpmConnection tpm, CancellationToken cancellationToken)
    {
        if (Bound.Count == 0) return null;
        var (values, _) = await tpm.ReadPcrsAsync(Bound[0], cancellationToken).ConfigureAwait(false);
        return PolicyOf([values]);
    }

    private byte[] PolicyOf(IReadOnlyList<TpmPcrValues> banks) => TpmPolicyDigest.OfPcrs(TpmAlgorithm.Sha256, Bound, TpmPcrValues.Digest(TpmAlgorithm.Sha256, Bound, banks));

    // A binding key is replaceable, so a file that cannot be made out is like none.
    private StoredKey? ReadBindingKey()
    {
        try
        {
            return StoredKey.Read(_folder, BindingFile);
        }
        catch (AttestationException e) when (e.Fault is AttestationFault.Malformed or AttestationFault.Unsupported)
        {
            return null;
        }
    }

    private static bool IsOf(TpmPublic key, TpmPublic template) =>
        key.Key is TpmRsaKey rsa && (key with { Key = rsa with { Modulus = default } }).ToBytes().AsSpan().SequenceEqual(template.ToBytes());

    private async Task<bool> OpensAsync(TpmConnection tpm, LoadedKey parent, StoredKey kept, CancellationToken cancellationToken)
    {
        const uint integrity = 0x09F, binding = 0x0A5, size = 0x095; // TPM_RC_INTEGRITY, TPM_RC_BINDING, TPM_RC_SIZE
        try
        {
            await LoadBindingKeyAsync(tpm, parent, kept, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TpmCommandException e) when (e.Code.Kind is integrity or binding or size)
        {
            return false;
        }
    }

    private async Task EvictAsync(TpmConnection tpm, StoredKey kept, CancellationToken cancellationToken)
    {
        if (_settings.BindingKeyHandle is { } handle && await PersistentKey.FindAsync(tpm, handle, kept.Public, cancellationToken).ConfigureAwait(false) is { } there)
        {
            await tpm.EvictControlAsync(there, handle, cancellationToken).ConfigureAwait(false);
        }
    }
}
