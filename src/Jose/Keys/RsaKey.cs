using System.Numerics;
using System.Security.Cryptography;

namespace Coffer.Jose.Keys;

/// <summary>A checked RSA key; every private number is padded to the length that the platform wants.</summary>
internal sealed class RsaKey
{
    public const int MinBits = 2048;
    public const int MaxBits = 16384;

    private RsaKey(RSAParameters parameters, int bits)
    {
        Parameters = parameters;
        Bits = bits;
    }

    /// <summary>Shares the arrays of this key: the private ones are zeroed with it.</summary>
    public RSAParameters Parameters { get; }

    public int Bits { get; }

    public bool HasPrivate => Parameters.D is not null;

    public RSAParameters Public => new() { Modulus = Parameters.Modulus, Exponent = Parameters.Exponent };

    /// <summary>Takes the arrays over; on failure the private ones have been zeroed.</summary>
    public static RsaKey Create(RSAParameters given)
    {
        try
        {
            var modulus = Trim(given.Modulus ?? throw JoseException.Malformed("RSA key: the modulus is missing"));
            var exponent = Trim(given.Exponent ?? throw JoseException.Malformed("RSA key: the exponent is missing"));
            var bits = CheckPublic(modulus, exponent);
            var parameters = new RSAParameters { Modulus = modulus, Exponent = exponent };
            if (given.D is not null)
            {
                parameters = WithPrivate(parameters, given);
            }

            return new RsaKey(parameters, bits);
        }
        catch (JoseException)
        {
            Zero(given);
            throw;
        }
    }

    public void ZeroPrivate() => Zero(Parameters);

    private static int CheckPublic(byte[] modulus, byte[] exponent)
    {
        var bits = modulus.Length == 0 ? 0 : (modulus.Length * 8) - (BitOperations.LeadingZeroCount(modulus[0]) - 24);
        if (bits is < MinBits or > MaxBits)
        {
            throw JoseException.UnsuitableKey($"RSA key: a modulus of {bits} bits is outside {MinBits} to {MaxBits}");
        }

        // Every exponent in use fits in 33 bits; a long one only makes each operation slow.
        if (exponent.Length is 0 or > 8 || (exponent[^1] & 1) == 0 || (exponent.Length == 1 && exponent[0] < 3))
        {
            throw JoseException.Malformed("RSA key: the public exponent is not an odd number of 2 to 64 bits");
        }

        if ((modulus[^1] & 1) == 0)
        {
            throw JoseException.Malformed("RSA key: the modulus is even");
        }

        return bits;
    }

    private static RSAParameters WithPrivate(RSAParameters key, RSAParameters given)
    {
        var full = key.Modulus!.Length;
        var half = (full + 1) / 2;
        if (given.P is null || given.Q is null)
        {
            throw JoseException.Unsupported("RSA key: a private key without its primes (\"p\", \"q\") is not supported");
        }

        key.P = Pad(given.P, half, "p");
        key.Q = Pad(given.Q, half, "q");
        key.D = Pad(given.D!, full, "d");
        if (given.DP is null && given.DQ is null && given.InverseQ is null)
        {
            RsaChineseRemainder.Complete(ref key);
        }
        else
        {
            key.DP = Pad(given.DP ?? throw JoseException.Malformed("RSA key: \"dp\" is missing"), half, "dp");
            key.DQ = Pad(given.DQ ?? throw JoseException.Malformed("RSA key: \"dq\" is missing"), half, "dq");
            key.InverseQ = Pad(given.InverseQ ?? throw JoseException.Malformed("RSA key: \"qi\" is missing"), half, "qi");
        }

        Zero(given);
        CheckPair(key);
        return key;
    }

    /// <summary>A private key that does not belong to its public half fails its first signature: found here, not later.</summary>
    private static void CheckPair(RSAParameters key)
    {
        try
        {
            using var pair = RSA.Create(key);
            using var publicHalf = RSA.Create(new RSAParameters { Modulus = key.Modulus, Exponent = key.Exponent });
            var probe = "key pair check"u8;
            var signature = pair.SignData(probe, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            if (publicHalf.VerifyData(probe, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            {
                return;
            }
        }
        catch (CryptographicException)
        {
            // Refused below, in our own words.
        }

        Zero(key);
        throw JoseException.Malformed("RSA key: the private numbers do not belong to the modulus");
    }

    private static byte[] Trim(byte[] number)
    {
        var zeros = 0;
        while (zeros < number.Length && number[zeros] == 0)
        {
            zeros++;
        }

        return zeros == 0 ? number : number[zeros..];
    }

    private static byte[] Pad(byte[] number, int length, string name)
    {
        var start = 0;
        while (start < number.Length && number[start] == 0)
        {
            start++;
        }

        if (number.Length - start > length || start == number.Length)
        {
            throw JoseException.Malformed($"RSA key: \"{name}\" does not fit the modulus");
        }

        var padded = new byte[length];
        number.AsSpan(start).CopyTo(padded.AsSpan(length - (number.Length - start)));
        return padded;
    }

    private static void Zero(RSAParameters key)
    {
        foreach (var secret in (ReadOnlySpan<byte[]?>)[key.D, key.P, key.Q, key.DP, key.DQ, key.InverseQ])
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
