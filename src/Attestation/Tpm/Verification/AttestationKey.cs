using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Verification;

/// <summary>A key whose signatures are checked: from its public area, which gives it a name, or from bare numbers. For one caller at a time.</summary>
internal sealed class AttestationKey : IDisposable
{
    private readonly RSAParameters? _rsa;
    private readonly ECParameters? _curve;
    private readonly TpmScheme? _scheme;
    private RSA? _platformRsa; // made once for all signatures: that costs more than to check one
    private ECDsa? _platformEcDsa;

    private AttestationKey(RSAParameters? rsa, ECParameters? curve, TpmScheme? scheme, byte[]? name) => (_rsa, _curve, _scheme, Name) = (rsa, curve, scheme, name);

    /// <summary>Its TPM name; null where it is not known.</summary>
    public byte[]? Name { get; }

    public bool IsRsa => _rsa is not null;

    /// <summary>From a public area that <see cref="AttestationKeyRules"/> passed.</summary>
    public static AttestationKey Of(TpmPublic key)
    {
        AttestationKeyRules.Check(key);
        return key.Key is TpmRsaKey rsa
            ? new AttestationKey(rsa.ToParameters(), null, key.Scheme, key.ComputeName())
            : new AttestationKey(null, ((TpmEccKey)key.Key).ToParameters(), key.Scheme, key.ComputeName());
    }

    /// <summary>
    /// From SubjectPublicKeyInfo, DER, as a plain CoCo guest sends it. The name is that of the same key in the template that guests
    /// use: it names an enrolled key only if that key was enrolled with these attributes.
    /// </summary>
    public static AttestationKey OfBareRsa(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var numbers = RsaNumbers.Read(subjectPublicKeyInfo);
        var name = numbers.Modulus!.Length == 256 && numbers.Exponent is [1, 0, 1] ? NameInUsualTemplate(numbers.Modulus) : null;
        return new AttestationKey(numbers, null, null, name);
    }

    /// <summary>Whether it has these RSA numbers.</summary>
    public bool Has(RSAParameters numbers) => _rsa is { } own && own.Modulus.AsSpan().SequenceEqual(numbers.Modulus) && own.Exponent.AsSpan().SequenceEqual(numbers.Exponent);

    /// <summary>Checks a signature.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Untrusted"/>.</exception>
    public void Verify(ReadOnlySpan<byte> message, TpmSignature signature, string what)
    {
        if (!HashStrength.IsEnough(signature.Hash)) throw Wrong(what, "is over a hash weaker than SHA-256");
        if (_scheme is { } scheme && (signature.Algorithm != scheme.Algorithm || signature.Hash != scheme.Hash)) throw Wrong(what, "is not of the attestation key's scheme");
        try
        {
            if (!Holds(message, signature)) throw Wrong(what, "does not hold");
        }
        catch (CryptographicException e)
        {
            throw Wrong(what, "cannot be checked: the attestation key is no key", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _platformRsa?.Dispose();
        _platformEcDsa?.Dispose();
    }

    private bool Holds(ReadOnlySpan<byte> message, TpmSignature signature)
    {
        var hash = TpmHash.Platform(signature.Hash);
        if (signature is TpmRsaSignature rsaSignature && _rsa is { } numbers)
        {
            _platformRsa ??= RSA.Create(numbers);
            var padding = signature.Algorithm == TpmAlgorithm.RsaPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
            return _platformRsa.VerifyData(message, rsaSignature.Value.Span, hash, padding);
        }
        if (signature is TpmEcdsaSignature point && _curve is { } parameters)
        {
            _platformEcDsa ??= ECDsa.Create(parameters);
            var size = parameters.Q.X!.Length;
            if (point.R.Length > size || point.S.Length > size) return false;
            var joined = new byte[size * 2];
            point.R.Span.CopyTo(joined.AsSpan(size - point.R.Length));
            point.S.Span.CopyTo(joined.AsSpan(joined.Length - point.S.Length));
            return _platformEcDsa.VerifyData(message, joined, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        return false;
    }

    private static byte[] NameInUsualTemplate(byte[] modulus) => new TpmPublic
    {
        Attributes = AttestationKeyRules.UsualAttributes,
        Scheme = new TpmScheme(TpmAlgorithm.RsaSsa, TpmAlgorithm.Sha256),
        Key = new TpmRsaKey(2048, 0, modulus),
    }.ComputeName();

    private static AttestationException Wrong(string what, string problem, Exception? inner = null) => new(AttestationFault.Untrusted, $"the signature of {what} {problem}", inner: inner);
}
