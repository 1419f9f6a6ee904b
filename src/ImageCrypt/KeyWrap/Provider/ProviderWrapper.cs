using System.Security.Cryptography;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>Has one provider wrap layer keys. Owns the transport.</summary>
internal sealed class ProviderWrapper(string name, IReadOnlyList<string> parameters, IProviderTransport transport) : IKeyWrapper
{
    public string Annotation => EncAnnotations.ProviderPrefix + name;

    public async ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> privateOptions, CancellationToken cancellationToken)
    {
        var payload = privateOptions.ToArray();
        var request = KeyProviderRequest.For(KeyProviderOperation.KeyWrap, name, parameters, payload).Write();
        try
        {
            var answer = await transport.AskAsync(KeyProviderOperation.KeyWrap, request, cancellationToken).ConfigureAwait(false);
            var packet = KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, answer).Payload;
            return packet.Length > 0
                ? packet
                : throw new CofferException(
                    $"key provider '{Printable.Of(name, 64)}' answered without a packet", hint: "the layer could not be opened through it; ask its operator, or leave the recipient out");
        }
        catch (FormatException e)
        {
            throw new CofferException($"key provider '{Printable.Of(name, 64)}': {e.Message}", inner: e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(payload);
            CryptographicOperations.ZeroMemory(request);
        }
    }

    public void Dispose() => transport.Dispose();
}
