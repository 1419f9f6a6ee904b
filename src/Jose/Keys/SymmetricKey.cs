using System.Security.Cryptography;

namespace Coffer.Jose.Keys;

/// <summary>The octets of an `oct` key, 1 to 1024 of them.</summary>
internal sealed class SymmetricKey
{
    public const int MaxBytes = 1024;

    private SymmetricKey(byte[] value) => Value = value;

    public byte[] Value { get; }

    /// <summary>Takes the array over; on failure it has been zeroed.</summary>
    public static SymmetricKey Create(byte[] value)
    {
        if (value.Length is 0 or > MaxBytes)
        {
            CryptographicOperations.ZeroMemory(value);
            throw JoseException.Malformed($"oct key: {value.Length} bytes are outside 1 to {MaxBytes}");
        }

        return new SymmetricKey(value);
    }
}
