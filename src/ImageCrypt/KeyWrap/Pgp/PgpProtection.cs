using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>Whether a keyring's secrets are protected by a passphrase, which is seen without knowing it.</summary>
internal static class PgpProtection
{
    /// <summary>
    /// True if a secret that could decrypt is there and protected (RFC 9580 section 5.5.3: the S2K usage is not 0). A
    /// secret that is kept elsewhere is not there, whatever stands in its place. A malformed keyring is not protected:
    /// what is wrong with it is said when it is used.
    /// </summary>
    public static bool IsNeeded(ReadOnlySpan<byte> keyring)
    {
        try
        {
            return PgpKeyrings.ReadSecret(keyring).SelectMany(r => r.GetSecretKeys()).Any(k => k.PublicKey.IsEncryptionKey && IsProtected(k));
        }
        catch (Exception e) when (PgpLibrary.IsItsFailure(e))
        {
            return false;
        }
    }

    /// <summary>True if the secret part is kept offline or on a smart card, which GnuPG marks by an S2K of its own.</summary>
    public static bool IsElsewhere(PgpSecretKey key) => key.IsPrivateKeyEmpty || key.S2k?.Type == S2k.GnuDummyS2K;

    /// <summary>True if a passphrase protects the secret part.</summary>
    public static bool IsProtected(PgpSecretKey key) => key.S2kUsage != 0 && !IsElsewhere(key);
}
