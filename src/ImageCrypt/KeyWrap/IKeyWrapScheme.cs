using Coffer.ImageCrypt.Keys;

namespace Coffer.ImageCrypt.KeyWrap;

/// <summary>
/// One way of wrapping layer keys for recipients: a folder beside this file and a line in <see cref="BuiltInSchemes"/>.
/// A packet is what stands, base64-coded, as one comma-separated item of the scheme's annotation; one packet can hold
/// several recipients.
/// </summary>
public interface IKeyWrapScheme
{
    /// <summary>The name in <c>-e NAME:…</c> and in selectors: <c>jwe</c>, <c>pkcs7</c>, <c>pgp</c>, <c>pkcs11</c>, <c>provider</c>.</summary>
    string Name { get; }

    /// <summary>True if packets under this annotation name are the scheme's.</summary>
    bool Owns(string annotation);

    /// <summary>
    /// Resolves recipients completely: files read, keys parsed, tokens opened, provider configuration found. What can fail
    /// before the first byte of a layer is read fails here.
    /// </summary>
    /// <param name="recipients">Those whose <see cref="RecipientSpec.Scheme"/> is <see cref="Name"/>; at least one.</param>
    /// <param name="cancellationToken">Ends waiting for tokens and providers.</param>
    /// <returns>One wrapper for all recipients of a scheme, or, for providers, one per provider name.</returns>
    /// <exception cref="Oci.CofferException">A recipient cannot be resolved: names the file or provider and what is read instead.</exception>
    ValueTask<IReadOnlyList<IKeyWrapper>> CreateWrappersAsync(IReadOnlyList<RecipientSpec> recipients, CancellationToken cancellationToken);

    /// <summary>What opens this scheme's packets with the given identities; null if none of them is of a kind that the scheme uses.</summary>
    IKeyUnwrapper? CreateUnwrapper(IReadOnlyList<Identity> identities);

    /// <summary>Everyone a packet is addressed to, as far as it tells without a key, in packet order.</summary>
    /// <exception cref="MalformedPacketException">The packet is not of this scheme's form or beyond its bounds.</exception>
    IReadOnlyList<RecipientDescription> Describe(string annotation, ReadOnlyMemory<byte> packet);

    /// <summary>The packet without one recipient, every other byte of meaning kept; null if nobody is left.</summary>
    /// <param name="packet">A packet that <see cref="Describe"/> accepts.</param>
    /// <param name="recipient">Position in what <see cref="Describe"/> returned.</param>
    /// <exception cref="MalformedPacketException">As for <see cref="Describe"/>.</exception>
    byte[]? RemoveRecipient(ReadOnlyMemory<byte> packet, int recipient);
}
