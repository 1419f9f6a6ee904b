using System.Text;

namespace Coffer.KeyBroker.Storage;

/// <summary>The bounds that every store holds its callers to, in one place, so that all engines have the same ones.</summary>
internal static class RecordLimits
{
    public const int MostKeyBytes = 512;
    public const int MostValueBytes = 16 * 1024 * 1024;
    public const int MostListed = 10_000;
    private const int MostCollectionCharacters = 64;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">Not 1 to <see cref="MostKeyBytes"/> bytes of UTF-8.</exception>
    public static byte[] Key(string key)
    {
        var bytes = Text(key);
        if (bytes.Length is 0 or > MostKeyBytes) throw new ArgumentException($"a key has 1 to {MostKeyBytes} bytes, not {bytes.Length}", nameof(key));
        return bytes;
    }

    /// <summary>A key or the beginning of one; may be empty.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MostKeyBytes"/> bytes of UTF-8, or no Unicode.</exception>
    public static byte[] Bound(string text)
    {
        var bytes = Text(text);
        if (bytes.Length > MostKeyBytes) throw new ArgumentException($"a key has at most {MostKeyBytes} bytes, not {bytes.Length}", nameof(text));
        return bytes;
    }

    /// <exception cref="ArgumentException">Too large.</exception>
    public static byte[] Value(ReadOnlyMemory<byte> value)
    {
        if (value.Length > MostValueBytes) throw new ArgumentException($"a value has at most {MostValueBytes} bytes, not {value.Length}", nameof(value));
        return value.ToArray();
    }

    /// <exception cref="ArgumentException">Empty or too long.</exception>
    public static string Collection(string collection) => collection is { Length: > 0 and <= MostCollectionCharacters }
        ? collection
        : throw new ArgumentException("no collection has that name", nameof(collection));

    /// <exception cref="ArgumentOutOfRangeException">Not 1 to <see cref="MostListed"/>.</exception>
    public static int Most(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, MostListed);
        return most;
    }

    private static byte[] Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MostKeyBytes) throw new ArgumentException($"a key has at most {MostKeyBytes} bytes", nameof(text));
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException("a key is Unicode text", nameof(text), e);
        }
    }
}
