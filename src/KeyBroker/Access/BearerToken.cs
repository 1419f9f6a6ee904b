using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Coffer.KeyBroker.Access;

/// <summary>
/// The text of an access token: <c>coffer_ID_SECRET</c>, the id 16 hex digits, the secret 32 random bytes in base64url (43 characters).
/// </summary>
/// <param name="Id">Under which its record is found.</param>
/// <param name="Hash">SHA-256 of the secret part's text: the secret is random, so that nothing slower is called for.</param>
internal sealed record BearerToken(string Id, byte[] Hash)
{
    private const string Prefix = "coffer_";
    private const int IdCharacters = 16;
    private const int SecretBytes = 32;
    private const int SecretCharacters = 43;
    private const int Characters = 7 + IdCharacters + 1 + SecretCharacters;

    /// <summary>A new one, with its text, which nobody can make again.</summary>
    public static (string Text, BearerToken Token) Draw()
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdCharacters / 2));
        Span<byte> secret = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(secret);
        var text = $"{Prefix}{id}_{Base64Url.EncodeToString(secret)}";
        CryptographicOperations.ZeroMemory(secret);
        return (text, Parse(text)!);
    }

    /// <summary>Takes a token's text apart; null where it is none.</summary>
    public static BearerToken? Parse(string text)
    {
        if (text.Length != Characters || !text.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var id = text.Substring(Prefix.Length, IdCharacters);
        var secret = text.AsSpan(Characters - SecretCharacters);
        if (text[Prefix.Length + IdCharacters] != '_' || !IsId(id) || !Base64Url.IsValid(secret)) return null;
        return new BearerToken(id, SHA256.HashData(Encoding.ASCII.GetBytes(secret.ToString())));
    }

    /// <summary>Whether a text may be a token's id.</summary>
    public static bool IsId(string text) => text.Length == IdCharacters && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Takes the token out of an <c>Authorization</c> header.</summary>
    public static bool TryFromHeader(string? header, [NotNullWhen(true)] out BearerToken? token)
    {
        const string scheme = "Bearer ";
        token = header?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) == true ? Parse(header[scheme.Length..].Trim(' ')) : null;
        return token is not null;
    }
}
