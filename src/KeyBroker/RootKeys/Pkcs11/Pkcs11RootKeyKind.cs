using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Files;
using Coffer.KeyBroker.RootKeys.Recovery;
using Coffer.Oci;
using Coffer.Pkcs11;
using Coffer.Pkcs11.Configuration;

namespace Coffer.KeyBroker.RootKeys.Pkcs11;

/// <summary>A root key that a key in a PKCS #11 token unwraps. The token's key never leaves it; which one it is stands in a key file of ocicrypt's form.</summary>
internal sealed class Pkcs11RootKeyKind : IRootKeyKind
{
    private const string Key = "key";
    private const int MostKeyFileBytes = 64 * 1024;

    /// <inheritdoc/>
    public string Prefix => "pkcs11";

    /// <inheritdoc/>
    public string Form => "pkcs11:FILE,key=KEYFILE, where KEYFILE holds a pkcs11: URI or ocicrypt's YAML";

    /// <inheritdoc/>
    public IReadOnlyList<string> Options => [Key];

    /// <inheritdoc/>
    public bool NeedsRecovery => true;

    /// <inheritdoc/>
    public Task<RootKey> OpenAsync(RootKeyPlace place, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = RootKeyOpening.ReadSealed(place);
        return InTokenAsync(place, (key, config) => RootKeyOpening.Opened(place, file, TokenWrapping.Unwrap(place.File, key, config, file.Sealed)), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task SealAsync(RootKeyPlace place, RootKey key, RecoveryCopy? recovery, SealedKeyFile? before, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recovery);
        var wrapped = await InTokenAsync(place, (token, config) => Proved(place, token, config, key), cancellationToken).ConfigureAwait(false);
        new SealedKeyFile(Prefix, key.Id, recovery, wrapped).Write(place.File, before is not null);
    }

    // A token may wrap and then not unwrap, as with a key without CKA_DECRYPT: better now than at the next start.
    private static JsonObject Proved(RootKeyPlace place, Pkcs11KeyFile token, OcicryptConfig config, RootKey key)
    {
        var wrapped = TokenWrapping.Wrap(token, config, key.Key.Span);
        var back = TokenWrapping.Unwrap(place.File, token, config, wrapped);
        try
        {
            return CryptographicOperations.FixedTimeEquals(back, key.Key.Span) ? wrapped : throw new Pkcs11Exception("the token unwraps something else than it wrapped");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(back);
        }
    }

    // A module may block as long as it likes, so it has a thread of its own.
    private static async Task<T> InTokenAsync<T>(RootKeyPlace place, Func<Pkcs11KeyFile, OcicryptConfig, T> use, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(
                () =>
                {
                    using var key = ReadKeyFile(place);
                    return use(key, OcicryptConfig.Find(Environment.GetEnvironmentVariable));
                }, CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Pkcs11Exception e)
        {
            throw new BrokerException(
                BrokerFault.Unavailable, $"the token does not open the root key {place.Name}: {Printable.Of(e.Message, 1024)}",
                e.Hint ?? $"where the token is lost: coffer broker root-key recover --root-key {place.Text} --recovery-key FILE", e);
        }
    }

    private static Pkcs11KeyFile ReadKeyFile(RootKeyPlace place)
    {
        if (!place.Options.TryGetValue(Key, out var path)) throw new CofferException($"{place.Name} does not say which key of a token opens it", ExitStatus.Usage, "write pkcs11:FILE,key=KEYFILE");
        var content = PrivateFiles.Read(path, MostKeyFileBytes) ?? throw new BrokerException(BrokerFault.Unavailable, $"there is no file {Printable.Of(path)}");
        try
        {
            return Pkcs11KeyFile.Parse(content, path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }
}
