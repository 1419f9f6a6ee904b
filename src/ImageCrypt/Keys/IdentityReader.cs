using System.Security.Cryptography;
using Coffer.ImageCrypt.KeyWrap.Pgp;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Keys;

/// <summary>
/// Reads what <c>-d</c> names. Files are told apart by content: private keys in PKCS#8, PKCS#1 or SEC1 form, PEM or DER,
/// also protected by PBES2 or as OpenSSL's traditional PEM; private JWK and JWK sets; certificates; PKCS#12; OpenPGP secret
/// keyrings, binary or armored; PKCS#11 key files in YAML or as a URI. Anything else is an error that names it.
/// </summary>
/// <param name="prompt">Asks for the password of a protected key for which none is given; null: such a key is an error.</param>
/// <param name="warn">Takes one line on what is odd but no error, such as a key that everybody may read; null: nobody listens.</param>
public sealed class IdentityReader(PassphrasePrompt? prompt = null, Action<string>? warn = null)
{
    /// <summary>
    /// The identities of one <c>-d</c>, in the order of the file: a file can hold several. The caller disposes them.
    /// </summary>
    /// <exception cref="WrongPasswordException">The password does not open a protected key.</exception>
    /// <exception cref="CofferException">
    /// The file cannot be read or has more than 1 MiB (<see cref="ExitStatus.Failed"/>); it holds nothing usable, or a protected
    /// key without password (<see cref="ExitStatus.NoUsableKey"/>).
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled, also at the prompt.</exception>
    public async ValueTask<IReadOnlyList<Identity>> ReadAsync(IdentitySpec spec, CancellationToken cancellationToken)
    {
        if (spec.ProviderName is { } provider) return [new ProviderIdentity(provider, spec.ProviderParameters)];
        var path = spec.Path!;
        var content = await KeyFile.ReadAsync(path, "key file", KeyFile.MaxBytes, cancellationToken).ConfigureAwait(false);
        using var password = new KeyPassword(spec, prompt);
        var file = new KeyFileContext(spec.Source, password, warn ?? (static _ => { }));
        try
        {
            var identities = await ReadAsync(content, file, cancellationToken).ConfigureAwait(false);
            if (identities.Any(i => i is not CertificateIdentity) && KeyFile.IsReadableByOthers(path))
            {
                file.Warn($"{file.Name} can be read by other users: chmod 600 keeps it to yourself");
            }
            if (spec.PasswordOrigin != PasswordOrigin.None && !password.WasUsed) file.Warn($"{file.Name} is not protected: the password given is not used");
            return identities;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>The identities of a key file that came another way than by a path. The caller disposes them, and zeroes the content.</summary>
    /// <param name="source">What it is called in messages.</param>
    /// <param name="content">The file.</param>
    /// <param name="cancellationToken">Ends waiting at the prompt.</param>
    /// <exception cref="CofferException">As above.</exception>
    internal async ValueTask<IReadOnlyList<Identity>> ReadAsync(string source, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (content.Length > KeyFile.MaxBytes) throw new CofferException($"key file '{Printable.Of(source)}' has more than the {KeyFile.MaxBytes} bytes that are read");
        using var password = new KeyPassword(IdentitySpec.Parse(source, static _ => true), prompt);
        return await ReadAsync(content, new KeyFileContext(source, password, warn ?? (static _ => { })), cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<IReadOnlyList<Identity>> ReadAsync(ReadOnlyMemory<byte> content, KeyFileContext file, CancellationToken cancellationToken)
    {
        switch (KeyFileSniffer.Sniff(content.Span))
        {
            case KeyFileForm.Pem:
                return await DerIdentities.ReadPemAsync(content, file, cancellationToken).ConfigureAwait(false);
            case KeyFileForm.Der:
                return await DerIdentities.ReadAsync(content, file, cancellationToken).ConfigureAwait(false);
            case KeyFileForm.Json:
                return ReadJson(KeyFileSniffer.Trim(content), file);
            case KeyFileForm.Pkcs11:
                return [new Pkcs11Identity(file.Source, KeyFileSniffer.Trim(content).ToArray())];
            case KeyFileForm.PgpSecret:
                // Without a passphrase the keyring is still worth having: only the keys that it holds can say what it opens.
                var passphrase = await file.Password.TryGetAsync(ask: PgpProtection.IsNeeded(content.Span), cancellationToken).ConfigureAwait(false);
                return [new PgpKeyringIdentity(file.Source, content.ToArray(), passphrase)];
            case KeyFileForm.PgpPublic:
                throw file.Wrong("is an OpenPGP public key: decrypting takes the secret one", "gpg --export-secret-keys USER exports it");
            case KeyFileForm.Empty:
                throw file.Wrong("is empty");
            default:
                throw ForeignKeyFile.Recognize(KeyFileSniffer.Trim(content).Span) is { } foreign
                    ? file.Wrong($"is {foreign.Name}, which is not read", foreign.Hint)
                    : file.Wrong("is not a key that is read", KeyFileContext.Read);
        }
    }

    private static List<Identity> ReadJson(ReadOnlyMemory<byte> json, KeyFileContext file)
    {
        var keys = JwkFile.Read(json, (what, e) => file.Wrong(what, inner: e), reason => file.Warn($"{file.Name}: {reason}"), out var kind);
        switch (kind)
        {
            case JsonFileKind.Pkcs11: return [new Pkcs11Identity(file.Source, json.ToArray())];
            case JsonFileKind.Encrypted: throw file.Wrong("is an encrypted JWK, which is not read", "decrypt it first");
            case JsonFileKind.Unknown: throw file.Wrong("is JSON, but neither a JWK nor a JWK set", KeyFileContext.Read);
        }
        var identities = new List<Identity>();
        foreach (var key in keys)
        {
            if (key.HasPrivateKey)
            {
                identities.Add(new PrivateKeyIdentity(file.Source, key));
                continue;
            }
            if (keys.Count > 1) file.Warn($"{file.Name}: {key} is a public key and opens nothing");
            key.Dispose();
        }
        return identities.Count > 0 ? identities : throw file.Wrong("has no private key: decrypting takes one");
    }
}
