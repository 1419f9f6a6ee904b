using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>
/// One public key with its subkeys and user ids, as far as its own signatures vouch for them: what nobody signed or what was
/// revoked does not count.
/// </summary>
internal sealed class PgpCertificate
{
    private const int Encrypts = 0x04 | 0x08; // key flags: communications, storage

    private readonly PgpPublicKeyRing _ring;
    private readonly DateTimeOffset _now;
    private readonly PgpPublicKey _primary;
    private readonly PgpSignature? _self;

    public PgpCertificate(PgpPublicKeyRing ring, DateTimeOffset now)
    {
        _ring = ring;
        _now = now;
        _primary = ring.GetPublicKey();
        var ids = new List<string>();
        var selves = _primary.GetSignaturesOfType(PgpSignature.DirectKey).Where(s => s.KeyId == _primary.KeyId && IsGood(s, () => s.VerifyCertification(_primary))).ToList();
        foreach (var id in _primary.GetUserIds().Take(64))
        {
            var certifications = (_primary.GetSignaturesForId(id) ?? [])
                .Where(s => s.KeyId == _primary.KeyId && IsGood(s, () => s.VerifyCertification(id, _primary)))
                .OrderByDescending(s => s.CreationTime)
                .ToList();
            if (certifications.Count == 0 || certifications.Any(s => s.SignatureType == PgpSignature.CertificationRevocation)) continue;
            ids.Add(id);
            selves.Add(certifications[0]);
        }
        UserIds = ids;
        _self = selves.MaxBy(s => s.CreationTime);
    }

    /// <summary>The user ids that the key itself vouches for, such as <c>Name (comment) &lt;user@host&gt;</c>.</summary>
    public IReadOnlyList<string> UserIds { get; }

    /// <summary>The primary key's id in 16 hex digits.</summary>
    public string Id => PgpKeyrings.Id(_primary.KeyId);

    /// <summary>True if <paramref name="name"/> is exactly a user id, its e-mail address or its name, or the key id or fingerprint of the key or a subkey.</summary>
    public bool Matches(string name)
    {
        var hex = PgpUserId.AsHex(name);
        return hex is not null && _ring.GetPublicKeys().Any(k => hex == PgpKeyrings.Id(k.KeyId) || hex == Convert.ToHexString(k.GetFingerprint()))
            || UserIds.Any(id => PgpUserId.Matches(id, name));
    }

    /// <summary>
    /// The key to encrypt to, chosen as gpg does: the newest subkey that can encrypt, is bound, not revoked and not expired;
    /// failing that the primary key if it may encrypt.
    /// </summary>
    /// <param name="reason">Why there is none.</param>
    public PgpPublicKey? EncryptionKey(out string reason)
    {
        reason = "";
        if (_primary.HasRevocation()) reason = "it is revoked";
        else if (_self is null) reason = "it does not vouch for any of its user ids";
        else if (IsExpired(_primary, _self)) reason = "it has expired";
        if (reason.Length > 0) return null;
        var reasons = new List<string>();
        var candidates = _ring.GetPublicKeys()
            .Where(k => !k.IsMasterKey && k.IsEncryptionKey)
            .OrderByDescending(k => k.CreationTime)
            .Select(k => (Key: k, Signature: NewestBinding(k)))
            .Append((Key: _primary, Signature: _primary.IsEncryptionKey ? _self : null));
        foreach (var (key, signature) in candidates)
        {
            var refusal = Refusal(key, signature);
            if (refusal is null) return key;
            if (refusal.Length > 0) reasons.Add($"{PgpKeyrings.Id(key.KeyId)} {refusal}");
        }
        reason = reasons.Count == 0 ? "it has no key for encryption" : string.Join(", ", reasons);
        return null;
    }

    private string? Refusal(PgpPublicKey key, PgpSignature? signature)
    {
        if (signature is null) return key.IsMasterKey ? "" : "is not bound to the primary key";
        if (!key.IsMasterKey && key.HasRevocation()) return "is revoked";
        if (IsExpired(key, signature)) return "has expired";
        var flags = signature.GetHashedSubPackets();
        if (flags is not null && flags.HasSubpacket(SignatureSubpacketTag.KeyFlags) && (flags.GetKeyFlags() & Encrypts) == 0)
        {
            return key.IsMasterKey ? "" : "is not for encryption";
        }
        if (key.Algorithm is not (PublicKeyAlgorithmTag.RsaGeneral or PublicKeyAlgorithmTag.RsaEncrypt
            or PublicKeyAlgorithmTag.ElGamalEncrypt or PublicKeyAlgorithmTag.ECDH))
        {
            return $"is of an algorithm that version 3 messages do not know ({key.Algorithm})";
        }
        return key.Algorithm != PublicKeyAlgorithmTag.ECDH && key.BitStrength < 2048 ? $"has only {key.BitStrength} bits (2048 are needed)" : null;
    }

    private PgpSignature? NewestBinding(PgpPublicKey key) => key.GetSignaturesOfType(PgpSignature.SubkeyBinding)
        .Where(s => s.KeyId == _primary.KeyId && IsGood(s, () => s.VerifyCertification(_primary, key)))
        .MaxBy(s => s.CreationTime);

    private bool IsGood(PgpSignature signature, Func<bool> verify)
    {
        try
        {
            if (signature.CreationTime > _now.UtcDateTime.AddDays(1)) return false;
            var seconds = signature.GetHashedSubPackets()?.GetSignatureExpirationTime() ?? 0;
            if (seconds > 0 && signature.CreationTime.AddSeconds(seconds) < _now.UtcDateTime) return false;
            signature.InitVerify(_primary);
            return verify();
        }
        catch (Exception e) when (PgpLibrary.IsItsFailure(e))
        {
            return false;
        }
    }

    private bool IsExpired(PgpPublicKey key, PgpSignature signature)
    {
        var seconds = signature.GetHashedSubPackets()?.GetKeyExpirationTime() ?? 0;
        return seconds > 0 && key.CreationTime.AddSeconds(seconds) < _now.UtcDateTime;
    }
}
