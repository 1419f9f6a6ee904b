using Coffer.ImageCrypt.Keys;
using Coffer.Oci;
using Coffer.Pkcs11;
using Coffer.Pkcs11.Configuration;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs11;

/// <summary>
/// Layer keys for RSA keys that live in tokens (PKCS #11). Encrypting takes the public key, from a file or from the token; opening takes
/// the token.
/// </summary>
/// <param name="environment">Reads an environment variable: <c>OCICRYPT_CONFIG</c> and its kin, <c>OCICRYPT_OAEP_HASHALG</c>.</param>
internal sealed class Pkcs11Scheme(Func<string, string?> environment) : IKeyWrapScheme
{
    public Pkcs11Scheme()
        : this(Environment.GetEnvironmentVariable)
    {
    }

    public string Name => "pkcs11";

    public bool Owns(string annotation) => annotation == EncAnnotations.Pkcs11;

    public async ValueTask<IReadOnlyList<IKeyWrapper>> CreateWrappersAsync(IReadOnlyList<RecipientSpec> recipients, CancellationToken cancellationToken)
    {
        var hash = OaepHashChoice.Of(environment);
        var resolved = new List<Pkcs11Recipient>();
        try
        {
            foreach (var recipient in recipients)
            {
                var key = await Pkcs11RecipientFile.ReadAsync(recipient.Argument, Config, cancellationToken).ConfigureAwait(false);
                resolved.Add(new Pkcs11Recipient(recipient.Argument, key));
                OaepHashChoice.RequireRoom(recipient.Argument, key.KeySize, hash);
            }
            return [new Pkcs11KeyWrapper(resolved, hash)];
        }
        catch (Exception e)
        {
            foreach (var recipient in resolved) recipient.Key.Dispose();
            if (e is Pkcs11Exception pkcs11)
            {
                throw new CofferException($"pkcs11 recipient '{Printable.Of(recipients[resolved.Count].Argument)}': {Printable.Of(pkcs11.Message, 1024)}",
                    hint: pkcs11.Hint is { } hint ? Printable.Of(hint, 1024) : null, inner: pkcs11);
            }
            throw;
        }
    }

    public IKeyUnwrapper? CreateUnwrapper(IReadOnlyList<Identity> identities)
    {
        var keys = identities.OfType<Pkcs11Identity>().ToList();
        return keys.Count > 0 ? new Pkcs11KeyUnwrapper(keys, Config) : null;
    }

    public IReadOnlyList<RecipientDescription> Describe(string annotation, ReadOnlyMemory<byte> packet) =>
        [.. Pkcs11Packet.Read(packet).Select(recipient => new RecipientDescription(Name) { Algorithm = recipient.Algorithm })];

    public byte[]? RemoveRecipient(ReadOnlyMemory<byte> packet, int recipient) => Pkcs11Packet.Without(packet, recipient);

    // Only when a token is asked: a public key in a file needs no configuration.
    private OcicryptConfig Config() => OcicryptConfig.Find(environment);
}
