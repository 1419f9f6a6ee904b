using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Coffer.KeyBroker.RootKeys;

namespace Coffer.KeyBroker.Page;

/// <summary>
/// What a page's cookie holds: an access token and when the session ends, sealed with AES-256-GCM under a key that every broker of the
/// store derives from the root key. Nothing is kept here. A token that is ended ends the session with it.
/// </summary>
/// <param name="rootKey">Gives the key; not kept beyond.</param>
/// <param name="time">The clock.</param>
internal sealed class PageSession(IRootKey rootKey, TimeProvider time)
{
    /// <summary>How long a session lives, from its beginning.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromHours(1);

    /// <summary>The longest token, in bytes: sealed, it has to fit into the 4096 that browsers keep of a cookie.</summary>
    public const int MostTokenBytes = 2800;

    private const string Purpose = "page-session";
    private const int NonceBytes = 12, TagBytes = 16, TimeBytes = sizeof(long);

    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30); // what brokers of one store may differ by

    /// <summary>The cookie's value for a token.</summary>
    public string Seal(string token)
    {
        var text = Encoding.UTF8.GetBytes(token);
        var plain = new byte[TimeBytes + text.Length];
        BinaryPrimitives.WriteInt64BigEndian(plain, (time.GetUtcNow() + Lifetime).ToUnixTimeMilliseconds());
        text.CopyTo(plain, TimeBytes);
        var record = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(record.AsSpan(0, NonceBytes));
        using var key = rootKey.Derive(Purpose);
        using var cipher = new AesGcm(key.Span, TagBytes);
        cipher.Encrypt(record.AsSpan(0, NonceBytes), plain, record.AsSpan(NonceBytes, plain.Length), record.AsSpan(NonceBytes + plain.Length));
        CryptographicOperations.ZeroMemory(plain);
        CryptographicOperations.ZeroMemory(text);
        return Base64Url.EncodeToString(record);
    }

    /// <summary>The token of a cookie; null where it is none of ours, or has ended.</summary>
    public string? Open(string cookie)
    {
        if (cookie.Length > 4096 || !Base64Url.IsValid(cookie)) return null;
        var record = Base64Url.DecodeFromChars(cookie);
        if (record.Length <= NonceBytes + TimeBytes + TagBytes) return null;
        var plain = new byte[record.Length - NonceBytes - TagBytes];
        try
        {
            using var key = rootKey.Derive(Purpose);
            using var cipher = new AesGcm(key.Span, TagBytes);
            cipher.Decrypt(record.AsSpan(0, NonceBytes), record.AsSpan(NonceBytes, plain.Length), record.AsSpan(NonceBytes + plain.Length), plain);
            var (now, ends) = (time.GetUtcNow(), DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(plain)));
            // One that ends later than any could is of before the clock was set back.
            return now < ends && ends <= now + Lifetime + Skew ? Encoding.UTF8.GetString(plain.AsSpan(TimeBytes)) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }
}
