using Coffer.ImageCrypt.Keys;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>Opens messages with secret keyrings: every keyring against every recipient.</summary>
internal sealed class PgpUnwrapper(IReadOnlyList<PgpKeyringIdentity> identities) : IKeyUnwrapper
{
    private readonly Lazy<PgpSecretKeys>[] _keyrings = [.. identities.Select(i => new Lazy<PgpSecretKeys>(() => new PgpSecretKeys(i)))];

    public ValueTask<UnwrapResult> UnwrapAsync(string annotation, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        PgpMessage message;
        try
        {
            message = PgpMessage.Parse(packet);
        }
        catch (MalformedPacketException e)
        {
            return new(UnwrapResult.Failed([new UnwrapFailure("", "", e.Message, Damaged: true)]));
        }
        if (message.Unsupported is { } unsupported) return new(UnwrapResult.Failed([new UnwrapFailure("", "", unsupported)]));
        var failures = new List<UnwrapFailure>();
        foreach (var keyring in _keyrings.Select(k => k.Value))
        {
            for (var i = 0; i < message.Recipients.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TryOpen(keyring, message, message.Recipients[i], failures) is { } content) return new(UnwrapResult.Opened(content, i, failures));
            }
        }
        return new(UnwrapResult.Failed(failures));
    }

    private static byte[]? TryOpen(PgpSecretKeys keyring, PgpMessage message, PgpRecipient recipient, List<UnwrapFailure> failures)
    {
        var shown = $"{recipient.AlgorithmName} {recipient.Kid}";
        void Fail(string reason, bool damaged = false) => failures.Add(new UnwrapFailure(keyring.Source, shown, reason, damaged));

        if (keyring.Defect is { } defect)
        {
            Fail(defect);
            return null;
        }
        if (recipient.Version != 3)
        {
            Fail($"session keys of version {recipient.Version} are not supported (only version 3 is)");
            return null;
        }
        var candidates = keyring.For(recipient);
        if (candidates.Count == 0) Fail(recipient.KeyId == 0 ? "the keyring has no key of this algorithm" : "the keyring does not have this key");
        foreach (var candidate in candidates)
        {
            if (!PgpSecretKeys.SameFamily(candidate.PublicKey.Algorithm, recipient.Algorithm))
            {
                Fail("the key with this id is of another algorithm", damaged: true);
            }
            else if (keyring.Unlock(candidate, out var reason) is not { } key)
            {
                Fail(recipient.KeyId == 0 ? $"key {PgpKeyrings.Id(candidate.KeyId)}: {reason}" : reason);
            }
            else
            {
                // An anonymous recipient may be someone else; a named one is certainly this key, so failing means damage.
                var content = PgpDecryption.Open(message.For(recipient), key, out var defectOf, out var opened);
                if (content is not null) return content;
                Fail(defectOf, damaged: opened || recipient.KeyId != 0);
            }
        }
        return null;
    }
}
