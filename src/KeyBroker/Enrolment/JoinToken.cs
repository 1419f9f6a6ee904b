using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>
/// What an operator gives to a machine that may join without being asked about again: approves one host, once. Its text is
/// <c>cofferjoin_ID_SECRET</c>; kept is only a hash of the secret. It says nothing of the endorsement key, which must be trusted anyhow.
/// </summary>
/// <param name="Id">Under which it is found.</param>
/// <param name="Hash">SHA-256 of the secret part's text.</param>
/// <param name="Labels">What the host gets.</param>
/// <param name="Created">When.</param>
/// <param name="Expires">From when on it is gone.</param>
internal sealed record JoinToken(string Id, byte[] Hash, IReadOnlyList<string> Labels, DateTimeOffset Created, DateTimeOffset Expires)
{
    private const string Prefix = "cofferjoin_";
    private const int SecretCharacters = 43; // 32 bytes in base64url
    private const int Characters = 11 + RandomNames.Characters + 1 + SecretCharacters;

    /// <summary>A new one, with its text, which nobody can make again.</summary>
    public static (string Text, JoinToken Token) Draw(IReadOnlyList<string> labels, DateTimeOffset now, TimeSpan lifetime)
    {
        var id = RandomNames.New();
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return ($"{Prefix}{id}_{secret}", new JoinToken(id, HashOf(secret), labels, now, now + lifetime));
    }

    /// <summary>Takes a token's text apart; null where it is none.</summary>
    public static (string Id, byte[] Hash)? Parse(string text)
    {
        if (text.Length != Characters || !text.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var id = text.Substring(Prefix.Length, RandomNames.Characters);
        var secret = text[^SecretCharacters..];
        return RandomNames.IsOne(id) && text[Prefix.Length + RandomNames.Characters] == '_' && Base64Url.IsValid(secret) ? (id, HashOf(secret)) : null;
    }

    public byte[] ToBytes() => StoredDocument.Write(new JsonObject
    {
        ["hash"] = Convert.ToBase64String(Hash),
        ["labels"] = JsonText.Texts(Labels),
        ["created"] = StoredDocument.Time(Created),
        ["expires"] = StoredDocument.Time(Expires),
    });

    public static JoinToken FromBytes(string id, ReadOnlySpan<byte> value) => StoredDocument.Read("join token", value, d => new JoinToken(
        id, Convert.FromBase64String((string)d["hash"]!), StoredDocument.Texts(d["labels"]), StoredDocument.Time(d["created"]), StoredDocument.Time(d["expires"])));

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.ASCII.GetBytes(secret));
}
