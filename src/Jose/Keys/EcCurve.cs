using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Coffer.Jose.Keys;

/// <summary>The three NIST curves of RFC 7518 section 6.2.1.1; parameters from FIPS 186-4 appendix D.1.2 (a is always -3).</summary>
internal sealed class EcCurve
{
    public static readonly EcCurve P256 = new(
        "P-256", "1.2.840.10045.3.1.7", 256,
        "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
        "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B",
        "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    public static readonly EcCurve P384 = new(
        "P-384", "1.3.132.0.34", 384,
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF",
        "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973");

    public static readonly EcCurve P521 = new(
        "P-521", "1.3.132.0.35", 521,
        "01FF" + "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00",
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409");

    private static readonly EcCurve[] All = [P256, P384, P521];

    private readonly BigInteger _prime;
    private readonly BigInteger _b;
    private readonly byte[] _order;

    private EcCurve(string name, string oid, int bits, string prime, string b, string order)
    {
        Name = name;
        Oid = oid;
        Bits = bits;
        FieldBytes = (bits + 7) / 8;
        _prime = BigInteger.Parse("0" + prime, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        _b = BigInteger.Parse("0" + b, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        _order = Convert.FromHexString(order);
    }

    /// <summary>The `crv` value.</summary>
    public string Name { get; }

    public string Oid { get; }

    public int Bits { get; }

    /// <summary>The length of a coordinate and of a private scalar, in bytes: 32, 48 or 66.</summary>
    public int FieldBytes { get; }

    public ECCurve Platform => ECCurve.CreateFromValue(Oid);

    public static EcCurve? ByName(string name) => Array.Find(All, curve => curve.Name == name);

    public static EcCurve? ByPlatform(ECCurve curve)
    {
        if (!curve.IsNamed)
        {
            return null;
        }

        // The platform fills in either the number or its own name for it.
        return Array.Find(All, known => known.Oid == curve.Oid.Value)
            ?? Array.Find(All, known => known.Platform.Oid.FriendlyName == curve.Oid.FriendlyName && curve.Oid.FriendlyName is not null);
    }

    /// <summary>
    /// Whether the affine point lies on the curve (RFC 7518 section 6.2.1 asks for the check; without it, ECDH with a
    /// chosen point leaks the private key). Public values only: this need not take constant time.
    /// </summary>
    public bool Contains(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        var px = new BigInteger(x, isUnsigned: true, isBigEndian: true);
        var py = new BigInteger(y, isUnsigned: true, isBigEndian: true);
        if (px >= _prime || py >= _prime)
        {
            return false;
        }

        var right = ((BigInteger.ModPow(px, 3, _prime) - (3 * px) + _b) % _prime + _prime) % _prime;
        return (py * py % _prime) == right;
    }

    /// <summary>Whether a scalar of <see cref="FieldBytes"/> bytes is below the order of the group.</summary>
    public bool IsBelowOrder(ReadOnlySpan<byte> scalar) => scalar.SequenceCompareTo(_order) < 0;
}
