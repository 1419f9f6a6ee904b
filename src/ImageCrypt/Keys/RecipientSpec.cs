using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys;

/// <summary>One <c>-e</c>: a scheme and what it calls the recipient (a file, an OpenPGP user id, a provider with its parameters).</summary>
/// <param name="Scheme">Lower case, such as <c>jwe</c>.</param>
/// <param name="Argument">Everything after the first colon, verbatim.</param>
public sealed record RecipientSpec(string Scheme, string Argument)
{
    /// <summary>Reads <c>SCHEME:ARGUMENT</c> as skopeo's <c>--encryption-key</c> has it.</summary>
    /// <exception cref="CofferException">No colon, an empty argument or an unknown scheme (<see cref="ExitStatus.Usage"/>).</exception>
    public static RecipientSpec Parse(string text)
    {
        const string Hint = "write jwe:FILE, pkcs7:FILE, pgp:USER, pkcs11:FILE or provider:NAME[:PARAMETERS]";
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) throw new CofferException($"recipient '{Printable.Of(text)}' names no scheme", ExitStatus.Usage, Hint);
        var scheme = text[..colon];
        if (scheme is not ("jwe" or "pkcs7" or "pgp" or "pkcs11" or "provider"))
        {
            throw new CofferException($"recipient scheme '{Printable.Of(scheme)}' is unknown", ExitStatus.Usage, Hint);
        }
        if (colon == text.Length - 1) throw new CofferException($"recipient '{Printable.Of(text)}' names nobody", ExitStatus.Usage, Hint);
        return new RecipientSpec(scheme, text[(colon + 1)..]);
    }

    /// <summary>As the user wrote it.</summary>
    public override string ToString() => $"{Scheme}:{Argument}";
}
