using System.Collections.Concurrent;
using System.Security.Cryptography;
using Coffer.ImageCrypt.Keys;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>
/// The secret keys of one keyring. Each is unlocked at most once, since deriving a key from a passphrase is slow on purpose.
/// The library keeps secret numbers as immutable integers, which cannot be zeroed; the keyring and the passphrase are.
/// </summary>
internal sealed class PgpSecretKeys
{
    private readonly PgpKeyringIdentity _identity;
    private readonly IReadOnlyList<PgpSecretKey> _keys;
    private readonly ConcurrentDictionary<long, Lazy<(PgpPrivateKey? Key, string Reason)>> _unlocked = new();

    public PgpSecretKeys(PgpKeyringIdentity identity)
    {
        _identity = identity;
        try
        {
            _keys = [.. PgpKeyrings.ReadSecret(identity.Keyring.Span).SelectMany(r => r.GetSecretKeys())];
            Defect = _keys.Count == 0 ? "the keyring holds no secret key" : null;
        }
        catch (FormatException e)
        {
            _keys = [];
            Defect = e.Message;
        }
    }

    /// <summary>As the user named the keyring.</summary>
    public string Source => _identity.Source;

    /// <summary>Why no key can be had at all; null if some can.</summary>
    public string? Defect { get; }

    /// <summary>The keys that a recipient may mean: the one with its id, or for an anonymous recipient all that can decrypt by its algorithm.</summary>
    public IReadOnlyList<PgpSecretKey> For(PgpRecipient recipient) => recipient.KeyId != 0
        ? [.. _keys.Where(k => (ulong)k.KeyId == recipient.KeyId).Take(1)]
        : [.. _keys.Where(k => k.PublicKey.IsEncryptionKey && SameFamily(k.PublicKey.Algorithm, recipient.Algorithm))];

    /// <summary>True if the key is of the algorithm that the recipient's session key is encrypted with.</summary>
    public static bool SameFamily(PublicKeyAlgorithmTag key, byte recipient) => key switch
    {
        PublicKeyAlgorithmTag.RsaGeneral or PublicKeyAlgorithmTag.RsaEncrypt => recipient is 1 or 2,
        PublicKeyAlgorithmTag.ElGamalEncrypt or PublicKeyAlgorithmTag.ElGamalGeneral => recipient is 16 or 20,
        PublicKeyAlgorithmTag.ECDH => recipient == 18,
        _ => false,
    };

    /// <summary>The private key, or the reason why it cannot be had.</summary>
    public PgpPrivateKey? Unlock(PgpSecretKey key, out string reason)
    {
        (var unlocked, reason) = _unlocked.GetOrAdd(key.KeyId, _ => new Lazy<(PgpPrivateKey?, string)>(() => Unlock(key))).Value;
        return unlocked;
    }

    private (PgpPrivateKey? Key, string Reason) Unlock(PgpSecretKey key)
    {
        if (PgpProtection.IsElsewhere(key))
        {
            return (null, "its secret part is not in the keyring (kept offline or on a smart card)");
        }
        var isProtected = PgpProtection.IsProtected(key);
        if (isProtected && _identity.Passphrase is null) return (null, "it is protected by a passphrase and none was given (append :file=PATH or :fd=N, or run on a terminal to be asked)");
        var passphrase = _identity.Passphrase?.ToArray() ?? [];
        try
        {
            return key.ExtractPrivateKeyRaw(passphrase) is { } unlocked
                ? (unlocked, "")
                : (null, "its secret part is not in the keyring (kept offline or on a smart card)");
        }
        catch (Exception e) when (PgpLibrary.IsItsFailure(e))
        {
            return (null, isProtected ? "wrong passphrase" : "its secret part is malformed");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }
}
