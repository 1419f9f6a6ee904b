using System.Security.Cryptography;
using Coffer.Pkcs11.Configuration;
using Coffer.Pkcs11.Modules;
using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Keys;

/// <summary>
/// An RSA private key in a token, opened for decryption. Holds a session until disposed. Thread-safe: operations queue up, since a
/// session does one thing at a time.
/// </summary>
/// <remarks>
/// A module that is open with one set of environment variables makes an opener with another set wait up to 30 seconds, so keys that
/// are not used steadily should be opened, used and disposed.
/// </remarks>
public sealed class Pkcs11RsaKey : IDisposable
{
    private readonly ModuleLease _module;
    private readonly TokenSession _session;
    private readonly nuint _key;

    private Pkcs11RsaKey(ModuleLease module, TokenSession session, nuint key, int? size)
    {
        (_module, _session, _key) = (module, session, key);
        ModulusSize = size;
    }

    /// <summary>The modulus in bytes; null when the token does not show it on the private key.</summary>
    public int? ModulusSize { get; }

    /// <summary>Loads the module, finds the token, logs in and finds the private key.</summary>
    /// <exception cref="Pkcs11Exception">Any of it fails; several matching keys are a failure too.</exception>
    public static Pkcs11RsaKey OpenPrivate(Pkcs11KeyFile keyFile, OcicryptConfig config)
    {
        var opened = TokenObject.Open(keyFile, config, Ck.PrivateKeyClass);
        try
        {
            var modulus = opened.Session.ReadAttribute(opened.Handle, Ck.AttributeModulus);
            return new Pkcs11RsaKey(opened.Module, opened.Session, opened.Handle, modulus is { Length: > 0 } m ? m.AsSpan().TrimStart((byte)0).Length : null);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads the public key of a token's key pair; encryption to it is then a matter for software. The caller disposes it.
    /// A PIN is used when the URI has one, since some tokens show public objects only to their user.
    /// </summary>
    /// <exception cref="Pkcs11Exception">The module, token or public key cannot be found or read.</exception>
    public static RSA ReadPublic(Pkcs11KeyFile keyFile, OcicryptConfig config)
    {
        using var opened = TokenObject.Open(keyFile, config, Ck.PublicKeyClass);
        var modulus = opened.Session.ReadAttribute(opened.Handle, Ck.AttributeModulus);
        var exponent = opened.Session.ReadAttribute(opened.Handle, Ck.AttributePublicExponent);
        if (modulus is not { Length: > 0 and <= 2048 } || exponent is not { Length: > 0 and <= 8 })
            throw new Pkcs11Exception($"the public key {keyFile.Uri} does not show a usable modulus and exponent");
        try
        {
            return RSA.Create(new RSAParameters
            {
                Modulus = modulus.AsSpan().TrimStart((byte)0).ToArray(),
                Exponent = exponent.AsSpan().TrimStart((byte)0).ToArray(),
            });
        }
        catch (CryptographicException e)
        {
            throw new Pkcs11Exception($"the public key {keyFile.Uri} is not a valid RSA key", null, e);
        }
    }

    /// <summary>
    /// Decrypts RSA-OAEP with an empty label. Where the token refuses the hash (softhsm2 before 2.7 knows OAEP with SHA-1 only), raw RSA
    /// is asked of it instead and the padding is checked here.
    /// </summary>
    /// <param name="ciphertext">As long as the modulus, in bytes.</param>
    /// <param name="hash">The hash that the writer used.</param>
    /// <returns>The plaintext; the caller clears it.</returns>
    /// <exception cref="Pkcs11Exception">The ciphertext is not for this key, or the token cannot do it.</exception>
    public byte[] DecryptOaep(ReadOnlySpan<byte> ciphertext, OaepHash hash)
    {
        if (ModulusSize is { } size && ciphertext.Length != size)
            throw new Pkcs11Exception($"the ciphertext has {ciphertext.Length} bytes and this key's have {size}", "it was made for another key");
        try
        {
            return DecryptInToken(ciphertext, hash);
        }
        catch (Pkcs11Exception refused) when (IsUnsupported(refused))
        {
            return DecryptRaw(ciphertext, hash, refused);
        }
    }

    /// <summary>Closes the session. The module stays loaded for the process.</summary>
    public void Dispose()
    {
        _session.Dispose();
        _module.Dispose();
    }

    private unsafe byte[] DecryptInToken(ReadOnlySpan<byte> ciphertext, OaepHash hash)
    {
        var parameters = hash.Parameters();
        var mechanism = new CkMechanism { Type = Ck.RsaOaep, Parameter = &parameters, ParameterLength = (nuint)sizeof(CkRsaOaepParameters) };
        return _session.Decrypt(mechanism, _key, ciphertext);
    }

    private byte[] DecryptRaw(ReadOnlySpan<byte> ciphertext, OaepHash hash, Pkcs11Exception refused)
    {
        byte[] raw;
        try
        {
            raw = _session.Decrypt(new CkMechanism { Type = Ck.RsaRaw }, _key, ciphertext);
        }
        catch (Pkcs11Exception e) when (IsUnsupported(e))
        {
            throw new Pkcs11Exception($"the token offers neither RSA-OAEP with {hash} ({refused.ReturnName}) nor raw RSA ({e.ReturnName})",
                "encrypt to this key with OCICRYPT_OAEP_HASHALG=sha1");
        }
        // Some tokens drop the leading zeros of the number; the block is as long as the modulus.
        var block = new byte[ciphertext.Length];
        try
        {
            if (raw.Length > block.Length)
                throw new Pkcs11Exception($"the token's raw RSA result has {raw.Length} bytes where {block.Length} are right");
            raw.CopyTo(block.AsSpan(block.Length - raw.Length));
            return OaepDecoding.Decode(block, hash)
                ?? throw new Pkcs11Exception("the RSA-OAEP padding does not hold", "the ciphertext was made for another key, or it was changed");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(raw);
            CryptographicOperations.ZeroMemory(block);
        }
    }

    private static bool IsUnsupported(Pkcs11Exception e) => e.ReturnValue is ReturnValue.ArgumentsBad or ReturnValue.MechanismInvalid
        or ReturnValue.MechanismParameterInvalid or ReturnValue.FunctionNotSupported;
}
