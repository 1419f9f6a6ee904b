using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Jwe;

/// <summary>
/// The key algorithms that are written. Direct ones are not: a layer key must be open to several recipients, and readers of
/// the format refuse them.
/// </summary>
internal static class JweAlgorithms
{
    private static readonly string[] Written =
    [
        "RSA-OAEP", "RSA-OAEP-256", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW", "A128KW", "A192KW", "A256KW",
    ];

    /// <summary>Refuses a key that names an algorithm that is not written, or is for signatures.</summary>
    /// <exception cref="CofferException">Says why.</exception>
    public static void Check(Jwk key, string file)
    {
        var where = $"recipient file '{Printable.Of(file)}'";
        if (key.Algorithm is { } algorithm && !Written.Contains(algorithm))
        {
            throw new CofferException(
                $"{where} has a key for the algorithm {Printable.Of(algorithm, 40)}, which no reader of the format accepts",
                hint: $"take \"alg\" out of it, or write one of {string.Join(", ", Written)}");
        }
        try
        {
            Coffer.Jose.Jwe.Encrypt("{}"u8, [new JweRecipient(key)]);
        }
        catch (JoseException e)
        {
            throw new CofferException($"{where} has a key that cannot be encrypted to: {Printable.Of(e.Message)}", inner: e);
        }
    }
}
