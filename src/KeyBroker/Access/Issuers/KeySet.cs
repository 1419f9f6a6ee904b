using System.Text;
using System.Text.Json;
using Coffer.Jose;

namespace Coffer.KeyBroker.Access.Issuers;

/// <summary>
/// The public keys of an issuer (RFC 7517 section 5), each bound to the algorithms that it is trusted for. Keys of other kinds, for encryption, or that are
/// not sound are left out: sets hold such as well, and one of them must not lock everybody out.
/// </summary>
internal sealed class KeySet
{
    private const int MostKeys = 64;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly IReadOnlyList<(string? KeyId, JwkVerifier Verifier)> _keys;

    private KeySet(IReadOnlyList<(string? KeyId, JwkVerifier Verifier)> keys) => _keys = keys;

    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: it is none, or has no key that could be used.</exception>
    public static KeySet Parse(byte[] json, IReadOnlyList<string> algorithms)
    {
        var keys = new List<(string?, JwkVerifier)>();
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            var listed = document.RootElement.GetProperty("keys"u8);
            if (listed.GetArrayLength() > MostKeys) throw new BrokerException(BrokerFault.Unavailable, $"the key set has more than {MostKeys} keys");
            foreach (var element in listed.EnumerateArray())
            {
                if (Read(element, algorithms) is { } key) keys.Add(key);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new BrokerException(BrokerFault.Unavailable, "the key set is not of its form", null, e);
        }
        return keys.Count > 0 ? new KeySet(keys) : throw new BrokerException(BrokerFault.Unavailable, $"the key set has no key for {string.Join(", ", algorithms)}");
    }

    /// <summary>The keys that a signature may be of: those of its <c>kid</c>, or all where it names none.</summary>
    public IReadOnlyList<IJwsVerifier> Find(string? keyId) => [.. _keys.Where(k => keyId is null || k.KeyId == keyId).Select(k => k.Verifier)];

    private static (string?, JwkVerifier)? Read(JsonElement element, IReadOnlyList<string> algorithms)
    {
        try
        {
            var key = Jwk.Parse(Encoding.UTF8.GetBytes(element.GetRawText()));
            return key.Type == JwkType.Symmetric ? null : (key.KeyId, new JwkVerifier(key.ToPublic(), algorithms));
        }
        catch (JoseException)
        {
            return null;
        }
    }
}
