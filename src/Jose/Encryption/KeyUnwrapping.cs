using System.Security.Cryptography;

namespace Coffer.Jose.Encryption;

/// <summary>The content key that a private key yields for a recipient, or why it yields none.</summary>
/// <param name="Cek">The content key, to be zeroed; of RSA possibly a random one, see <see cref="KeyUnwrapping"/>.</param>
/// <param name="Proven">Whether the integrity of a key wrap has shown the content key to be the right one.</param>
/// <param name="Failure">The kind of failure if there is no key.</param>
/// <param name="Reason">The reason if there is no key.</param>
internal readonly record struct UnwrappedKey(byte[]? Cek, bool Proven, JweFailure Failure, string? Reason)
{
    public static UnwrappedKey Found(byte[] cek, bool proven) => new(cek, proven, JweFailure.None, null);

    public static UnwrappedKey None(JweFailure failure, string reason) => new(null, false, failure, reason);

    /// <summary>Keeps the key out of every printed form.</summary>
    public override string ToString() => Failure.ToString();
}

/// <summary>
/// Gets the content key of a recipient with a private or shared key. When RSA decryption fails, a random key takes the
/// place of the right one (RFC 7516 section 11.5), so that a sender learns no more than that the tag did not hold.
/// </summary>
internal static class KeyUnwrapping
{
    public static UnwrappedKey Unwrap(JweRecipientInfo recipient, KeyAlgorithm algorithm, ContentAlgorithm content, Jwk key)
    {
        key.ThrowIfDisposed();
        if (key.Type != algorithm.KeyType)
        {
            var wanted = algorithm.KeyType switch { JwkType.Rsa => "an RSA", JwkType.EllipticCurve => "an EC", _ => "a symmetric" };
            return UnwrappedKey.None(JweFailure.WrongKind, $"{algorithm.Name} takes {wanted} key, this one is {key}");
        }

        if (!key.HasPrivateKey)
        {
            return UnwrappedKey.None(JweFailure.PublicOnly, $"{key} is a public key, the private one is needed");
        }

        return algorithm.Kind switch
        {
            KeyAlgorithmKind.RsaOaep => UnwrapRsa(recipient, algorithm, content, key),
            KeyAlgorithmKind.Agreement or KeyAlgorithmKind.AgreementWithWrap => UnwrapAgreed(recipient, algorithm, content, key),
            _ => UnwrapSymmetric(recipient, algorithm, content, key),
        };
    }

    /// <summary>A content key from outside gets the same treatment as ours: wrong or none, it fails at the tag.</summary>
    public static UnwrappedKey Substitute(byte[]? cek, ContentAlgorithm content)
    {
        if (cek is not null && cek.Length == content.KeyBytes)
        {
            return UnwrappedKey.Found(cek, proven: false);
        }

        CryptographicOperations.ZeroMemory(cek);
        return UnwrappedKey.Found(RandomNumberGenerator.GetBytes(content.KeyBytes), proven: false);
    }

    private static UnwrappedKey UnwrapRsa(JweRecipientInfo recipient, KeyAlgorithm algorithm, ContentAlgorithm content, Jwk key)
    {
        var modulusBytes = (key.KeyBits + 7) / 8;
        if (recipient.EncryptedKey.Length != modulusBytes)
        {
            return UnwrappedKey.None(
                JweFailure.WrongKind,
                $"it is sealed to an RSA key of about {recipient.EncryptedKey.Length * 8L} bits, this one has {key.KeyBits}");
        }

        using var rsa = key.ToRsa();
        byte[]? cek = null;
        try
        {
            cek = rsa.Decrypt(recipient.EncryptedKey, algorithm.Padding!);
        }
        catch (CryptographicException)
        {
            // The random key below stands in.
        }

        return Substitute(cek, content);
    }

    private static UnwrappedKey UnwrapAgreed(JweRecipientInfo recipient, KeyAlgorithm algorithm, ContentAlgorithm content, Jwk key)
    {
        var agreement = recipient.Agreement!;
        if (agreement.Ephemeral.Curve != key.Ec!.Curve)
        {
            return UnwrappedKey.None(
                JweFailure.WrongKind, $"it is sealed to an EC key on {agreement.Ephemeral.Curve.Name}, this one is on {key.Curve}");
        }

        using var own = key.ToEcDiffieHellman();
        var direct = algorithm.Kind == KeyAlgorithmKind.Agreement;
        var derived = KeyAgreement.Derive(
            own,
            agreement.Ephemeral,
            direct ? content.Name : algorithm.Name,
            agreement.PartyUInfo,
            agreement.PartyVInfo,
            direct ? content.KeyBytes : algorithm.KekBytes);
        if (direct)
        {
            return UnwrappedKey.Found(derived, proven: false);
        }

        try
        {
            return UnwrapWith(derived, recipient, content);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private static UnwrappedKey UnwrapSymmetric(JweRecipientInfo recipient, KeyAlgorithm algorithm, ContentAlgorithm content, Jwk key)
    {
        var direct = algorithm.Kind == KeyAlgorithmKind.Direct;
        if (key.Algorithm is not null && key.Algorithm != (direct ? content.Name : algorithm.Name) && key.Algorithm != algorithm.Name)
        {
            return UnwrappedKey.None(JweFailure.WrongKind, $"this key's \"alg\" does not permit {algorithm.Name} with {content.Name}");
        }

        var wanted = direct ? content.KeyBytes : algorithm.KekBytes;
        var octets = key.Octets!.Value;
        if (octets.Length != wanted)
        {
            return UnwrappedKey.None(JweFailure.WrongKind, $"{algorithm.Name} takes a key of {wanted} bytes here, this one has {octets.Length}");
        }

        return direct ? UnwrappedKey.Found((byte[])octets.Clone(), proven: false) : UnwrapWith(octets, recipient, content);
    }

    private static UnwrappedKey UnwrapWith(byte[] kek, JweRecipientInfo recipient, ContentAlgorithm content)
    {
        var cek = AesKeyWrap.Unwrap(kek, recipient.EncryptedKey);
        if (cek is null)
        {
            return UnwrappedKey.None(JweFailure.NotOpened, "this key does not open it, or its encrypted key was altered");
        }

        if (cek.Length == content.KeyBytes)
        {
            return UnwrappedKey.Found(cek, proven: true);
        }

        var reason = $"the wrapped key has {cek.Length} bytes, {content.Name} takes {content.KeyBytes}";
        CryptographicOperations.ZeroMemory(cek);
        return UnwrappedKey.None(JweFailure.ContentAltered, reason);
    }
}
