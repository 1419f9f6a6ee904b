using System.Security.Cryptography;

namespace Coffer.Pkcs11.Modules;

/// <summary>
/// PINs that a token refused a moment ago. A layer may be tried with every key, and an image has many layers: without this
/// memory one mistyped PIN would be sent often enough to lock a smart card, whose limit is usually three. Thread-safe.
/// </summary>
internal static class RefusedPins
{
    private const int Capacity = 256;
    private static readonly long s_memory = (long)TimeSpan.FromMinutes(10).TotalMilliseconds;
    private static readonly byte[] s_key = RandomNumberGenerator.GetBytes(32);
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<string, long> s_refused = new(StringComparer.Ordinal);

    public static bool Contains(string module, TokenSlot token, ReadOnlySpan<byte> pin)
    {
        var entry = Entry(module, token, pin);
        lock (s_gate)
            return s_refused.TryGetValue(entry, out var when) && Environment.TickCount64 - when < s_memory;
    }

    public static void Add(string module, TokenSlot token, ReadOnlySpan<byte> pin)
    {
        var entry = Entry(module, token, pin);
        lock (s_gate)
        {
            if (s_refused.Count >= Capacity)
                s_refused.Remove(s_refused.MinBy(pair => pair.Value).Key);
            s_refused[entry] = Environment.TickCount64;
        }
    }

    // A keyed hash under a key of this process: nothing in memory lets the PIN be guessed offline by who lacks the key too.
    private static string Entry(string module, TokenSlot token, ReadOnlySpan<byte> pin) =>
        $"{module}|{token.Id}|{token.Serial}|{Convert.ToHexString(HMACSHA256.HashData(s_key, pin))}";
}
