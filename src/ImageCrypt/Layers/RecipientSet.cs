using System.Security.Cryptography;
using Coffer.ImageCrypt.Cipher;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Layers;

/// <summary>
/// Recipients resolved and tried: whoever gets here can be served, unless a provider or token goes away meanwhile.
/// Safe for several layers at once; the owner disposes it.
/// </summary>
public sealed class RecipientSet : IDisposable
{
    private readonly IReadOnlyList<IKeyWrapper> _wrappers;

    private RecipientSet(IReadOnlyList<IKeyWrapper> wrappers) => _wrappers = wrappers;

    /// <summary>What came of trying each wrapper, in their order.</summary>
    public IReadOnlyList<TriedRecipient> Tried { get; private set; } = [];

    /// <summary>Resolves every recipient and wraps a throw-away key for each, before the first byte of an image is read.</summary>
    /// <exception cref="CofferException">A recipient cannot be resolved, or its wrapper refuses or answers with nothing.</exception>
    public static async Task<RecipientSet> ResolveAsync(
        IReadOnlyList<RecipientSpec> recipients, CancellationToken cancellationToken, IReadOnlyList<IKeyWrapScheme>? schemes = null)
    {
        var wrappers = new List<IKeyWrapper>();
        var set = new RecipientSet(wrappers);
        try
        {
            foreach (var scheme in schemes ?? BuiltInSchemes.All)
            {
                var own = recipients.Where(r => r.Scheme == scheme.Name).ToList();
                if (own.Count > 0) wrappers.AddRange(await scheme.CreateWrappersAsync(own, cancellationToken).ConfigureAwait(false));
            }
            if (wrappers.Count == 0) throw new CofferException("no recipient was given", ExitStatus.Usage, "give -e SCHEME:RECIPIENT, such as -e jwe:pub.pem");
            set.Tried = [.. (await set.WrapAsync(TrialOptions.Write(), cancellationToken).ConfigureAwait(false)).Select(Try)];
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>One packet per wrapper, as annotation name and base64 item.</summary>
    /// <exception cref="CofferException">A wrapper refused or answered with nothing.</exception>
    public ValueTask<IReadOnlyList<KeyValuePair<string, string>>> WrapAsync(LayerKey key, CancellationToken cancellationToken) => WrapAsync(PrivateOptions.Write(key), cancellationToken);

    // Zeroes the options.
    private async ValueTask<IReadOnlyList<KeyValuePair<string, string>>> WrapAsync(byte[] json, CancellationToken cancellationToken)
    {
        try
        {
            var packets = new List<KeyValuePair<string, string>>(_wrappers.Count);
            foreach (var wrapper in _wrappers)
            {
                var packet = await wrapper.WrapAsync(json, cancellationToken).ConfigureAwait(false);
                if (packet.Length == 0) throw new CofferException($"wrapping for {wrapper.Annotation} gave an empty packet");
                packets.Add(new(wrapper.Annotation, Convert.ToBase64String(packet)));
            }
            return packets;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    private static TriedRecipient Try(KeyValuePair<string, string> packet) => new(
        packet.Key, packet.Key.StartsWith(EncAnnotations.ProviderPrefix, StringComparison.Ordinal) ? ProviderPacket.KeyId(Convert.FromBase64String(packet.Value)) : null);

    /// <summary>Releases tokens and connections.</summary>
    public void Dispose()
    {
        foreach (var wrapper in _wrappers) wrapper.Dispose();
    }
}
