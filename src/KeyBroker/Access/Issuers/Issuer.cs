using System.Text.Json;
using Coffer.Jose;
using Coffer.KeyBroker.Access.Rules;
using Coffer.KeyBroker.Admin;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access.Issuers;

/// <summary>Checks the JSON Web Tokens of one issuer (RFC 7519, as RFC 8725 recommends), and says what their holders may do.</summary>
/// <param name="rules">What is asked of them.</param>
/// <param name="keys">Its keys; owned.</param>
/// <param name="time">The clock.</param>
internal sealed class Issuer(IssuerRules rules, IssuerKeys keys, TimeProvider time) : IDisposable
{
    private static readonly string[] Types = ["JWT", "at+jwt", "application/at+jwt"];

    public string Name => rules.Name;

    /// <summary>The <c>iss</c> of its tokens.</summary>
    public string Identifier => rules.Issuer;

    /// <param name="token">Read, and of this issuer by its own word.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: it does not hold; <see cref="BrokerFault.Unavailable"/>: the issuer's keys cannot be had.</exception>
    public async Task<Caller> RequireAsync(Jws token, CancellationToken cancellationToken)
    {
        var signature = token.Signatures[0];
        if (!rules.Algorithms.Contains(signature.Algorithm)) throw Refused($"is signed with {Printable.Of(signature.Algorithm, 16)}, which is not taken");
        if (signature.Header.Contains("typ") && !Types.Contains(signature.Header.GetString("typ"), StringComparer.OrdinalIgnoreCase)) throw Refused("is of another type");
        var candidates = await keys.FindAsync(signature.KeyId, cancellationToken).ConfigureAwait(false);
        if (candidates.Count == 0) throw Refused($"is signed with the key {Printable.Of(signature.KeyId, 64)}, which the issuer does not publish");
        ReadOnlyMemory<byte> payload;
        try
        {
            payload = token.Verify(candidates).Payload;
        }
        catch (JoseException e)
        {
            throw Refused("does not verify", e);
        }
        using var claims = JwtClaims.Parse(payload);
        Check(claims);
        var subject = claims.Text("sub") ?? throw Refused("names no subject (sub)");
        return new Caller($"jwt:{rules.Name}:{Printable.Of(subject, 200)}", [.. rules.Grants.Where(g => g.IsAbout(claims.Values)).Select(g => g.Grant)]);
    }

    public void Dispose() => keys.Dispose();

    private void Check(JwtClaims claims)
    {
        var now = time.GetUtcNow();
        if (claims.Text("iss") != rules.Issuer) throw Refused("is of another issuer");
        if (!claims.Values("aud").Any(rules.Audiences.Contains)) throw Refused($"is not for {string.Join(" or ", rules.Audiences)} (aud)");
        var expires = claims.Time("exp") ?? throw Refused("has no expiry (exp)");
        if (now >= expires + rules.ClockSkew) throw Refused("has expired");
        if (expires - now > rules.Longest + rules.ClockSkew) throw Refused($"lives longer than {rules.Longest.TotalHours:0.##} hours");
        if (claims.Has("nbf") && !(claims.Time("nbf") <= now + rules.ClockSkew)) throw Refused("is not valid yet (nbf)");
        if (claims.Has("iat") && !(claims.Time("iat") <= now + rules.ClockSkew)) throw Refused("was issued in the future (iat)");
    }

    private BrokerException Refused(string what, Exception? inner = null) => new(BrokerFault.Unauthenticated, $"the token of issuer {rules.Name} {what}", null, inner);
}
