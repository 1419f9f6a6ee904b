using System.Numerics;
using System.Security.Cryptography;

namespace Coffer.ImageCrypt.Tests.Transfer;

/// <summary>AES-256-CTR as the textbook has it: one block after the other, the counter a number. Slow, and plainly right.</summary>
internal static class SlowCipher
{
    private const int Block = 16;

    public static byte[] Apply(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, byte[] data)
    {
        using var aes = Aes.Create();
        aes.SetKey(key);
        var counter = new BigInteger(nonce, isUnsigned: true, isBigEndian: true);
        var result = new byte[data.Length];
        for (var at = 0; at < data.Length; at += Block, counter++)
        {
            var stream = aes.EncryptEcb(Bytes(counter % BigInteger.Pow(2, 128)), PaddingMode.None);
            for (var i = at; i < Math.Min(at + Block, data.Length); i++) result[i] = (byte)(data[i] ^ stream[i - at]);
        }
        return result;
    }

    private static byte[] Bytes(BigInteger counter)
    {
        var bytes = counter.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[Block - bytes.Length], .. bytes];
    }
}
