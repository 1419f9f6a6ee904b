using Coffer.Oci;

namespace Coffer.Registry;

/// <summary>A user and a password for a registry, or an identity token. Never printed: <see cref="ToString"/> names the user only.</summary>
public sealed class RegistryCredentials
{
    private const string TokenUser = "<token>";

    /// <param name="user">Without a colon, as HTTP's basic scheme wants it (RFC 7617, section 2).</param>
    /// <param name="password">May be empty and may hold colons.</param>
    /// <exception cref="CofferException">The user holds a colon or a control character.</exception>
    public RegistryCredentials(string user, string password)
    {
        if (user.Contains(':', StringComparison.Ordinal) || user.Any(char.IsControl) || password.Any(char.IsControl))
        {
            throw new CofferException("a registry user has no colon, and neither user nor password has control characters", ExitStatus.Usage);
        }
        User = user;
        Password = password;
    }

    private RegistryCredentials(string identityToken)
    {
        User = TokenUser;
        Password = "";
        IdentityToken = identityToken;
    }

    /// <summary>The account's name.</summary>
    public string User { get; }

    /// <summary>Its password; empty where there is an <see cref="IdentityToken"/>.</summary>
    public string Password { get; }

    /// <summary>A refresh token that is traded for access tokens; null for an ordinary account.</summary>
    public string? IdentityToken { get; }

    /// <summary>Reads <c>user:password</c>; the first colon divides. Without a colon the password is empty.</summary>
    /// <exception cref="CofferException">Nothing stands before the colon.</exception>
    public static RegistryCredentials Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? text : text[..colon];
        if (user.Length == 0)
        {
            throw new CofferException("registry credentials name no user", ExitStatus.Usage, "write USER:PASSWORD");
        }
        return new RegistryCredentials(user, colon < 0 ? "" : text[(colon + 1)..]);
    }

    /// <summary>An identity token, as credential helpers and <c>identitytoken</c> members hand them out.</summary>
    public static RegistryCredentials FromIdentityToken(string token) => new(token);

    // Credential helpers say "<token>" in the place of the user.
    internal static RegistryCredentials FromHelper(string user, string secret) =>
        user == TokenUser ? FromIdentityToken(secret) : new RegistryCredentials(user, secret);

    /// <summary>The user's name, nothing more.</summary>
    public override string ToString() => IdentityToken is null ? Printable.Of(User) : "an identity token";
}
