using System.Diagnostics.CodeAnalysis;
using Coffer.Jose;
using Coffer.KeyBroker.Admin;

namespace Coffer.KeyBroker.Access.Issuers;

/// <summary>Finds the issuer of a JSON Web Token, and has it checked.</summary>
internal sealed class JwtCheck(IReadOnlyList<Issuer> issuers)
{
    /// <summary>The longest token, in characters.</summary>
    public const int MostCharacters = 16 * 1024;

    /// <summary>Takes what looks like a token out of an <c>Authorization</c> header: three parts with dots between.</summary>
    public static bool TryFromHeader(string? header, [NotNullWhen(true)] out string? token)
    {
        const string scheme = "Bearer ";
        token = header?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) == true && header.AsSpan().Count('.') == 2 ? header[scheme.Length..].Trim(' ') : null;
        return token is not null;
    }

    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: it does not hold; <see cref="BrokerFault.Unavailable"/>: the issuer's keys cannot be had.</exception>
    public async Task<Caller> RequireAsync(string token, CancellationToken cancellationToken)
    {
        if (issuers.Count == 0) throw Refused("tokens of other issuers are not taken here", "the broker's operator names them with --access");
        var read = Parse(token);
        string? issuer;
        using (var claims = JwtClaims.Parse(read.UnverifiedPayload)) issuer = claims.Text("iss");
        var found = issuers.FirstOrDefault(i => i.Identifier == issuer) ?? throw Refused("the token's issuer (iss) is not known here", "the broker's operator names issuers with --access");
        return await found.RequireAsync(read, cancellationToken).ConfigureAwait(false);
    }

    private static Jws Parse(string token)
    {
        if (token.Length > MostCharacters) throw Refused($"the token has more than {MostCharacters} characters");
        try
        {
            var read = Jws.Parse(token);
            return read.Serialization == JwsSerialization.Compact ? read : throw Refused("the token is not in the compact form");
        }
        catch (JoseException e)
        {
            throw new BrokerException(BrokerFault.Unauthenticated, "the credential is neither a broker's token nor a JSON Web Token", inner: e);
        }
    }

    private static BrokerException Refused(string what, string? hint = null) => new(BrokerFault.Unauthenticated, what, hint);
}
