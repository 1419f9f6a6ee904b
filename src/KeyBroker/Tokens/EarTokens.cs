using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.Jose;
using Coffer.KeyBroker.Caches;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Hosts;
using Coffer.KeyBroker.Sessions;

namespace Coffer.KeyBroker.Tokens;

/// <summary>Signs attestation tokens, and tells whether one is ours.</summary>
internal sealed class EarTokens(TokenKeys keys, TimeProvider time)
{
    private const string Algorithm = "ES256";
    private const int MostKnown = 8192; // in each half; about a hundred bytes each

    // Tokens by their SHA-256 whose signature was made or checked here: whose key is still one of ours holds without another look at it.
    private readonly RecentlyUsed<string, bool> _known = new(MostKnown);

    /// <summary>What brokers' clocks may differ by, where several share a store.</summary>
    public static TimeSpan Skew { get; } = TimeSpan.FromSeconds(30);

    private static readonly string Build = typeof(EarTokens).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>A token of at most 8 KiB.</summary>
    public async Task<string> SignAsync(VerifiedAttestation attestation, Host? host, string nonce, string additionalEvidence, CancellationToken cancellationToken)
    {
        var claims = EarToken.Claims(attestation, host, nonce, additionalEvidence, Build);
        var key = await keys.SigningKeyAsync(cancellationToken).ConfigureAwait(false);
        var token = Jws.Sign(JsonText.Utf8(claims), [new JwkSigner(key.Key, Algorithm)], JwsSerialization.Compact, header => header.WriteString("typ", "JWT"));
        if (token.Length > EarToken.MostBytes) throw new BrokerException(BrokerFault.Internal, $"the token would have {token.Length} bytes; at most {EarToken.MostBytes} are given out");
        _known.Keep(Digest(token), true);
        return token;
    }

    /// <summary>The id of the attestation that a token stands for. Keys that the token itself brings (<c>jwk</c>, <c>x5c</c>, <c>jku</c>) are not looked at.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: not ours, altered, expired, or not yet valid.</exception>
    public async Task<string> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length > EarToken.MostBytes) throw Bad($"has {token.Length} bytes; at most {EarToken.MostBytes} are read");
        try
        {
            var jws = Jws.Parse(token);
            if (jws.Serialization != JwsSerialization.Compact || jws.Signatures is not [var signature]) throw Bad("is not a compact JWS");
            if (signature.Algorithm != Algorithm || signature.KeyId is not { } kid) throw Bad($"is not signed with {Algorithm} by a key it names");
            var key = await keys.FindAsync(kid, cancellationToken).ConfigureAwait(false) ?? throw Bad("is signed by no key of this broker");
            var digest = Digest(token);
            if (_known.TryGet(digest, out _)) return Read(jws.UnverifiedPayload);
            var payload = jws.Verify(new JwkVerifier(key, Algorithm)).Payload;
            _known.Keep(digest, true);
            return Read(payload);
        }
        catch (JoseException e)
        {
            throw Bad($"does not hold: {e.Message}", e);
        }
    }

    private static string Digest(string token) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private string Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            var root = document.RootElement;
            var now = time.GetUtcNow();
            if (root.GetProperty("iss").GetString() != EarToken.Issuer) throw Bad("is of another issuer");
            if (now >= DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("exp").GetInt64())) throw Bad("has expired");
            if (now + Skew < DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("nbf").GetInt64())) throw Bad("is not valid yet");
            if (now + Skew < DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("iat").GetInt64())) throw Bad("was issued in the future");
            return root.GetProperty("jti").GetString() ?? throw Bad("has no id");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            throw Bad("has other claims than this broker writes", e);
        }
    }

    private static BrokerException Bad(string why, Exception? inner = null) => new(BrokerFault.Unauthenticated, $"the token {why}", "attest again", inner);
}
