using System.Security.Cryptography;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;
using Coffer.Oci;
using Coffer.Pkcs11.Configuration;

namespace Coffer.KeyProvider.Sources.Pkcs11;

/// <summary>Keys that never leave their token: it does AES-256-GCM itself. No module is loaded before a key is needed.</summary>
internal sealed class Pkcs11Source : IKeySource
{
    /// <summary>How packets made under keys of this source name them.</summary>
    public const string Scheme = "coffer-pkcs11";

    private readonly Pkcs11Settings _settings;
    private readonly VersionedKeys<TokenKey> _keys;

    private Pkcs11Source(Pkcs11Settings settings, IEnumerable<KeyValuePair<VersionedKeyName, TokenKey>> keys)
    {
        _settings = settings;
        _keys = new VersionedKeys<TokenKey>(keys, Scheme, "its configuration", "add it to the keys of that source, then reload the key provider");
    }

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <inheritdoc/>
    public IReadOnlyList<string> KeyIds => _settings.KeyIds;

    /// <summary>Reads the key files; tokens are opened by the first call that needs them.</summary>
    /// <param name="settings">What the configuration says.</param>
    /// <param name="config">Which modules may be loaded; null for what ocicrypt's configuration file says.</param>
    /// <exception cref="CofferException">A key file or ocicrypt's configuration cannot be used.</exception>
    public static Pkcs11Source Open(Pkcs11Settings settings, OcicryptConfig? config = null)
    {
        var files = new List<Pkcs11KeyFile>();
        try
        {
            config ??= FindConfig();
            foreach (var key in settings.Keys) files.Add(TokenKeyFile.Read(key, settings.Name));
            return new Pkcs11Source(settings, settings.Keys.Zip(files, (k, f) => KeyValuePair.Create(k.Name, new TokenKey(k.Name, f, config))));
        }
        catch
        {
            foreach (var file in files) file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Knows(AnnotationPacket packet) => _keys.Knows(packet.KeyId);

    /// <inheritdoc/>
    public async Task<AnnotationPacket> WrapAsync(KeySelection selection, ReadOnlyMemory<byte> options, CancellationToken cancellationToken)
    {
        SelectionLimits.Check(selection);
        if (selection.KeyFile is not null)
        {
            throw new KeyProviderException(FailureReason.BadRequest, "keypath= names no key of a token", "leave keypath= out, or name a key of a local source");
        }
        PacketCipher.CheckOptions(options.Length);
        var (key, kid) = _keys.ToWrap(selection.KeyId, _settings.DefaultKey) ?? throw _keys.Missing(selection.KeyId!);
        var nonce = RandomNumberGenerator.GetBytes(PacketCipher.NonceBytes);
        var wrapped = await key.UseAsync(k => k.Encrypt(nonce, options.Span), cancellationToken).ConfigureAwait(false);
        return new AnnotationPacket(PacketFamily.CocoV1, kid, nonce, wrapped!);
    }

    /// <inheritdoc/>
    public async Task<byte[]> UnwrapAsync(AnnotationPacket packet, CancellationToken cancellationToken)
    {
        var key = _keys.Find(packet.KeyId) ?? throw _keys.Missing(packet.KeyId);
        if (packet.Iv.Length != PacketCipher.NonceBytes || packet.WrappedData.Length < PacketCipher.TagBytes) throw PacketCipher.DoesNotOpen(packet);
        var options = await key.UseAsync(k => Opened(k.Decrypt(packet.Iv, packet.WrappedData)), cancellationToken).ConfigureAwait(false);
        return options ?? throw PacketCipher.DoesNotOpen(packet);
    }

    /// <summary>Closes the sessions and clears the PINs; those of a key that is in use when that use has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var key in _keys.All) await key.DisposeAsync().ConfigureAwait(false);
    }

    // Into an array that does not move.
    private static byte[]? Opened(byte[]? plaintext)
    {
        if (plaintext is null) return null;
        var options = GC.AllocateUninitializedArray<byte>(plaintext.Length, pinned: true);
        plaintext.CopyTo(options, 0);
        CryptographicOperations.ZeroMemory(plaintext);
        return options;
    }

    private static OcicryptConfig FindConfig()
    {
        try
        {
            return OcicryptConfig.Find(Environment.GetEnvironmentVariable);
        }
        catch (Coffer.Pkcs11.Pkcs11Exception e)
        {
            throw new CofferException(Printable.Of(e.Message, 1024), ExitStatus.Failed, e.Hint, e);
        }
    }
}
