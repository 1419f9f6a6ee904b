using Coffer.ImageCrypt.Keys;
using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Jwe;

/// <summary>
/// JSON Web Encryption (RFC 7516): one JWE for all recipients, flattened for one and general for several, content under
/// A256GCM. RSA keys get RSA-OAEP and EC keys ECDH-ES+A256KW, which every reader of the format knows, unless a JWK asks for
/// another algorithm. Symmetric JWK get a JWE of their own: some readers refuse a JWE whole for one algorithm that they
/// do not know, and so could not open it for the others either.
/// </summary>
internal sealed class JweScheme : IKeyWrapScheme
{
    public string Name => "jwe";

    public bool Owns(string annotation) => annotation == EncAnnotations.Jwe;

    public async ValueTask<IReadOnlyList<IKeyWrapper>> CreateWrappersAsync(IReadOnlyList<RecipientSpec> recipients, CancellationToken cancellationToken)
    {
        var keys = new List<Jwk>();
        try
        {
            foreach (var recipient in recipients)
            {
                var read = await RecipientKeyFile.ReadAsync(recipient.Argument, cancellationToken).ConfigureAwait(false);
                keys.AddRange(read);
                foreach (var key in read) JweAlgorithms.Check(key, recipient.Argument);
            }
            return [.. keys
                .GroupBy(k => k.Type == JwkType.Symmetric)
                .OrderBy(g => g.Key)
                .Select(g => new JweKeyWrapper([.. g]))];
        }
        catch
        {
            keys.ForEach(k => k.Dispose());
            throw;
        }
    }

    public IKeyUnwrapper? CreateUnwrapper(IReadOnlyList<Identity> identities)
    {
        var keys = identities.OfType<PrivateKeyIdentity>().ToList();
        return keys.Count > 0 ? new JweKeyUnwrapper(keys) : null;
    }

    public IReadOnlyList<RecipientDescription> Describe(string annotation, ReadOnlyMemory<byte> packet) =>
        [.. Parse(packet).Recipients.Select(r => new RecipientDescription(Name)
        {
            Algorithm = AlgorithmOf(r),
            Kid = r.KeyId is { } kid ? Printable.Of(kid) : null,
        })];

    public byte[]? RemoveRecipient(ReadOnlyMemory<byte> packet, int recipient)
    {
        var envelope = Parse(packet);
        ArgumentOutOfRangeException.ThrowIfNegative(recipient);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(recipient, envelope.Recipients.Count);
        return envelope.RemoveRecipients(recipient) is { } rest ? System.Text.Encoding.UTF8.GetBytes(rest) : null;
    }

    internal static Coffer.Jose.Jwe Parse(ReadOnlyMemory<byte> packet)
    {
        try
        {
            return Coffer.Jose.Jwe.Parse(packet.Span);
        }
        catch (JoseException e)
        {
            throw new MalformedPacketException(Printable.Of(e.Message), e);
        }
    }

    internal static string AlgorithmOf(JweRecipientInfo recipient) =>
        Printable.Of(recipient.EphemeralCurve is { } curve ? $"{recipient.Algorithm} {curve}" : recipient.Algorithm, 64);
}
