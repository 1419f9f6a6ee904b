using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Cipher;

/// <summary>
/// Options that are wrapped only to see whether a recipient can be served: those of a layer of no bytes, with one member more at their end,
/// <c>"coffer-trial":true</c>. Whoever makes a key for each packet need not keep one for these; to everybody else they are opaque bytes.
/// </summary>
public static class TrialOptions
{
    private static ReadOnlySpan<byte> Mark => ",\"coffer-trial\":true}"u8;

    /// <summary>New ones, with a key that nothing is encrypted under; the caller zeroes them.</summary>
    public static byte[] Write()
    {
        using var key = LayerKey.Generate(Digest.Of([]));
        var options = PrivateOptions.Write(key);
        try
        {
            return [.. options.AsSpan(0, options.Length - 1), .. Mark];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(options);
        }
    }

    /// <summary>Whether they are such options.</summary>
    public static bool AreThese(ReadOnlySpan<byte> options) => options.EndsWith(Mark);
}
