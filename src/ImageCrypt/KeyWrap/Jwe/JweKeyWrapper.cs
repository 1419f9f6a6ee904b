using System.Text;
using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Jwe;

/// <summary>Makes one JWE for all its keys, which it owns.</summary>
internal sealed class JweKeyWrapper(IReadOnlyList<Jwk> keys) : IKeyWrapper
{
    private readonly IReadOnlyList<JweRecipient> _recipients = [.. keys.Select(k => new JweRecipient(k))];

    public string Annotation => EncAnnotations.Jwe;

    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> privateOptions, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(Encoding.ASCII.GetBytes(Coffer.Jose.Jwe.Encrypt(privateOptions.Span, _recipients)));
        }
        catch (JoseException e)
        {
            throw new CofferException($"jwe: {Printable.Of(e.Message)}", inner: e);
        }
    }

    public void Dispose()
    {
        foreach (var key in keys) key.Dispose();
    }
}
