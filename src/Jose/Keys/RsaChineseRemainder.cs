using System.Numerics;
using System.Security.Cryptography;

namespace Coffer.Jose.Keys;

/// <summary>
/// Computes `dp`, `dq` and `qi` from `p`, `q` and `d`, which RFC 7518 section 6.3.2 lets a writer leave out together. The
/// numbers pass through <see cref="BigInteger"/>, whose memory cannot be zeroed; only such keys pay that price.
/// </summary>
internal static class RsaChineseRemainder
{
    public static void Complete(ref RSAParameters key)
    {
        var p = Read(key.P!);
        var q = Read(key.Q!);
        var d = Read(key.D!);
        if (p <= 2 || q <= 2)
        {
            throw JoseException.Malformed("RSA key: \"p\" or \"q\" is no prime");
        }

        var length = key.P!.Length;
        key.DP = Write(d % (p - 1), length);
        key.DQ = Write(d % (q - 1), length);
        // p is prime, so Fermat's little theorem gives the inverse.
        key.InverseQ = Write(BigInteger.ModPow(q, p - 2, p), length);
    }

    private static BigInteger Read(byte[] number) => new(number, isUnsigned: true, isBigEndian: true);

    private static byte[] Write(BigInteger number, int length)
    {
        var bytes = new byte[length];
        var used = number.GetByteCount(isUnsigned: true);
        if (!number.TryWriteBytes(bytes.AsSpan(length - used), out _, isUnsigned: true, isBigEndian: true))
        {
            throw JoseException.Malformed("RSA key: the primes do not fit the modulus");
        }

        return bytes;
    }
}
