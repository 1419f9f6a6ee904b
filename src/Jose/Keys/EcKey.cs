using System.Security.Cryptography;

namespace Coffer.Jose.Keys;

/// <summary>A checked elliptic-curve key: the point is on the curve, and a private scalar belongs to it.</summary>
internal sealed class EcKey
{
    private EcKey(EcCurve curve, byte[] x, byte[] y, byte[]? d)
    {
        Curve = curve;
        X = x;
        Y = y;
        D = d;
    }

    public EcCurve Curve { get; }

    public byte[] X { get; }

    public byte[] Y { get; }

    public byte[]? D { get; }

    public ECParameters Public => new() { Curve = Curve.Platform, Q = new ECPoint { X = X, Y = Y } };

    /// <summary>Shares the arrays of this key: they are zeroed with it.</summary>
    public ECParameters Private => new() { Curve = Curve.Platform, Q = new ECPoint { X = X, Y = Y }, D = D };

    /// <summary>Takes the arrays over; on failure <paramref name="d"/> has been zeroed.</summary>
    public static EcKey Create(EcCurve curve, byte[] x, byte[] y, byte[]? d)
    {
        try
        {
            if (x.Length != curve.FieldBytes || y.Length != curve.FieldBytes)
            {
                throw JoseException.Malformed($"EC key: a coordinate on {curve.Name} has {curve.FieldBytes} bytes, not {x.Length} and {y.Length}");
            }

            if (!curve.Contains(x, y))
            {
                throw JoseException.Malformed($"EC key: the point is not on {curve.Name}");
            }

            if (d is not null)
            {
                CheckScalar(curve, x, y, d);
            }

            return new EcKey(curve, x, y, d);
        }
        catch (JoseException) when (d is not null)
        {
            CryptographicOperations.ZeroMemory(d);
            throw;
        }
    }

    public static EcKey FromPlatform(ECParameters parameters)
    {
        var curve = EcCurve.ByPlatform(parameters.Curve)
            ?? throw JoseException.Unsupported("EC key: only P-256, P-384 and P-521 as named curves are supported");
        if (parameters.Q.X is null || parameters.Q.Y is null)
        {
            throw JoseException.Malformed("EC key: the public point is missing");
        }

        return Create(curve, (byte[])parameters.Q.X.Clone(), (byte[])parameters.Q.Y.Clone(), (byte[]?)parameters.D?.Clone());
    }

    private static void CheckScalar(EcCurve curve, byte[] x, byte[] y, byte[] d)
    {
        if (d.Length != curve.FieldBytes)
        {
            throw JoseException.Malformed($"EC key: the private value on {curve.Name} has {curve.FieldBytes} bytes, not {d.Length}");
        }

        if (!curve.IsBelowOrder(d))
        {
            throw JoseException.Malformed("EC key: the private value is out of range");
        }

        try
        {
            // From the scalar alone the platform computes the point that belongs to it.
            using var own = ECDiffieHellman.Create(new ECParameters { Curve = curve.Platform, D = d });
            var point = own.ExportParameters(includePrivateParameters: false).Q;
            if (!point.X.AsSpan().SequenceEqual(x) || !point.Y.AsSpan().SequenceEqual(y))
            {
                throw JoseException.Malformed("EC key: the private value does not belong to the public point");
            }
        }
        catch (CryptographicException e)
        {
            throw JoseException.Malformed("EC key: the platform refuses the private value", e);
        }
    }
}
