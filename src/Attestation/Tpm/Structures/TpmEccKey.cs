using System.Security.Cryptography;

namespace Coffer.Attestation.Tpm.Structures;

/// <summary>The elliptic-curve members of a public area (TPMS_ECC_PARMS and TPMS_ECC_POINT: TPM 2.0 Library Part 2, sections 12.2.3.6 and 11.2.5.2).</summary>
/// <param name="Curve">The curve.</param>
/// <param name="Kdf">How keys are derived from an agreed secret; null scheme in all keys of ours.</param>
/// <param name="X">Big-endian, leading zeros allowed to be absent; in a template empty or zeros.</param>
/// <param name="Y">Like <paramref name="X"/>.</param>
internal sealed record TpmEccKey(TpmCurve Curve, TpmScheme Kdf, ReadOnlyMemory<byte> X, ReadOnlyMemory<byte> Y) : TpmPublicKey
{
    /// <inheritdoc/>
    internal override TpmAlgorithm Type => TpmAlgorithm.Ecc;

    /// <summary>Size of a coordinate in bytes.</summary>
    public int CoordinateBytes => SizeOf(Curve);

    /// <summary>The key as .NET knows it. Whether the point is on the curve shows when it is imported.</summary>
    public ECParameters ToParameters() => new()
    {
        Curve = Curve switch
        {
            TpmCurve.P256 => ECCurve.NamedCurves.nistP256,
            TpmCurve.P384 => ECCurve.NamedCurves.nistP384,
            _ => ECCurve.NamedCurves.nistP521,
        },
        Q = new ECPoint { X = Padded(X.Span), Y = Padded(Y.Span) },
    };

    internal static TpmEccKey Read(ref TpmReader reader)
    {
        var curve = (TpmCurve)reader.ReadUInt16();
        if (curve is not (TpmCurve.P256 or TpmCurve.P384 or TpmCurve.P521)) throw reader.Unsupported($"is of a key on the curve 0x{(ushort)curve:x4}");
        return new TpmEccKey(curve, TpmScheme.Read(ref reader), default, default);
    }

    internal TpmEccKey ReadUnique(ref TpmReader reader) => this with
    {
        X = reader.ReadSized(CoordinateBytes, "coordinate x").ToArray(),
        Y = reader.ReadSized(CoordinateBytes, "coordinate y").ToArray(),
    };

    internal override void WriteParameters(TpmWriter writer)
    {
        writer.UInt16((ushort)Curve);
        Kdf.Write(writer);
    }

    internal override void WriteUnique(TpmWriter writer) => writer.Sized(X.Span).Sized(Y.Span);

    private static int SizeOf(TpmCurve curve) => curve switch { TpmCurve.P256 => 32, TpmCurve.P384 => 48, _ => 66 };

    private byte[] Padded(ReadOnlySpan<byte> coordinate)
    {
        var padded = new byte[CoordinateBytes];
        coordinate.CopyTo(padded.AsSpan(padded.Length - coordinate.Length));
        return padded;
    }
}
