using System.Security.Cryptography;

namespace Coffer.Attestation.Tpm.Structures;

/// <summary>
/// TPMT_PUBLIC of an asymmetric key (TPM 2.0 Library Part 2, section 12.2.4): what a TPM says of a key of its own, and the template
/// of one that it shall make. Immutable.
/// </summary>
public sealed record TpmPublic
{
    /// <summary>The largest TPM2B_PUBLIC that is read, in bytes.</summary>
    internal const int MostBytes = 2048;

    /// <summary>The hash of the object's name and policy.</summary>
    internal TpmAlgorithm NameAlgorithm { get; init; } = TpmAlgorithm.Sha256;

    /// <summary>What it may be used for.</summary>
    public required TpmObjectAttributes Attributes { get; init; }

    /// <summary>Digest of the policy that authorizes its use; empty where there is none.</summary>
    internal ReadOnlyMemory<byte> AuthPolicy { get; init; }

    /// <summary>How it protects its children, where it is a storage key.</summary>
    internal TpmSymmetric Symmetric { get; init; } = TpmSymmetric.Null;

    /// <summary>How it signs or decrypts.</summary>
    internal TpmScheme Scheme { get; init; } = TpmScheme.Null;

    /// <summary>The key itself.</summary>
    public required TpmPublicKey Key { get; init; }

    /// <summary>Reads a TPMT_PUBLIC.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>, also where bytes follow;
    /// <see cref="AttestationFault.Unsupported"/>: neither RSA nor a NIST curve, or an unknown hash.</exception>
    internal static TpmPublic Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new TpmReader(bytes, "the public area");
        var read = Read(ref reader);
        reader.End();
        return read;
    }

    /// <summary>Reads a TPM2B_PUBLIC: the same behind its length in two bytes.</summary>
    /// <exception cref="AttestationException">As of <see cref="Parse"/>.</exception>
    public static TpmPublic ParseSized(ReadOnlySpan<byte> bytes)
    {
        var reader = new TpmReader(bytes, "the public area");
        var read = Parse(reader.ReadSized(MostBytes, "content"));
        reader.End();
        return read;
    }

    /// <summary>The object's name: the identifier of <see cref="NameAlgorithm"/>, then the digest of the public area (TPM 2.0 Library Part 1,
    /// section 16). 34 bytes with SHA-256.</summary>
    public byte[] ComputeName()
    {
        using var writer = new TpmWriter();
        return writer.Algorithm(NameAlgorithm).Bytes(TpmHash.Hash(NameAlgorithm, ToBytes())).ToArray();
    }

    /// <summary>The key as SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), DER, whatever its attributes.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: its numbers are no key.</exception>
    public byte[] ExportSubjectPublicKeyInfo()
    {
        try
        {
            if (Key is TpmRsaKey numbers)
            {
                using var rsa = RSA.Create(numbers.ToParameters());
                return rsa.ExportSubjectPublicKeyInfo();
            }
            using var curve = ECDsa.Create(((TpmEccKey)Key).ToParameters());
            return curve.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException e)
        {
            throw new AttestationException(AttestationFault.Malformed, "the public area holds no key", inner: e);
        }
    }

    /// <summary>As a TPMT_PUBLIC.</summary>
    internal byte[] ToBytes()
    {
        using var writer = new TpmWriter();
        writer.Algorithm(Key.Type).Algorithm(NameAlgorithm).UInt32((uint)Attributes).Sized(AuthPolicy.Span);
        Symmetric.Write(writer);
        Scheme.Write(writer);
        Key.WriteParameters(writer);
        Key.WriteUnique(writer);
        return writer.ToArray();
    }

    /// <summary>As a TPM2B_PUBLIC.</summary>
    internal byte[] ToSizedBytes()
    {
        using var writer = new TpmWriter();
        return writer.Sized(ToBytes()).ToArray();
    }

    private static TpmPublic Read(ref TpmReader reader)
    {
        var type = reader.ReadAlgorithm();
        if (type is not (TpmAlgorithm.Rsa or TpmAlgorithm.Ecc)) throw reader.Unsupported($"is of an object of type 0x{(ushort)type:x4}, not of an RSA or elliptic-curve key");
        var name = reader.ReadAlgorithm();
        if (!TpmHash.IsKnown(name)) throw reader.Unsupported($"is named with the hash algorithm 0x{(ushort)name:x4}, which is not known here");
        var attributes = (TpmObjectAttributes)reader.ReadUInt32();
        var policy = reader.ReadSized(TpmHash.MostBytes, "policy digest").ToArray();
        if (policy.Length > 0 && policy.Length != TpmHash.Size(name)) throw reader.Malformed($"has a policy digest of {policy.Length} bytes, which its hash algorithm does not make");
        var symmetric = TpmSymmetric.Read(ref reader);
        var scheme = TpmScheme.Read(ref reader);
        return new TpmPublic
        {
            NameAlgorithm = name,
            Attributes = attributes,
            AuthPolicy = policy,
            Symmetric = symmetric,
            Scheme = scheme,
            Key = type == TpmAlgorithm.Rsa ? TpmRsaKey.ReadParameters(ref reader).ReadUnique(ref reader) : TpmEccKey.Read(ref reader).ReadUnique(ref reader),
        };
    }
}
