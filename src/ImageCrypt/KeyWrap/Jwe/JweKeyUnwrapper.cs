using Coffer.ImageCrypt.Keys;
using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Jwe;

/// <summary>
/// Tries each key on each recipient. A <c>kid</c> that differs keeps no key from being tried: names are not authenticated,
/// and people rename keys.
/// </summary>
internal sealed class JweKeyUnwrapper(IReadOnlyList<PrivateKeyIdentity> identities) : IKeyUnwrapper
{
    public ValueTask<UnwrapResult> UnwrapAsync(string annotation, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
        new(Unwrap(packet, cancellationToken));

    private UnwrapResult Unwrap(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        Coffer.Jose.Jwe envelope;
        try
        {
            envelope = JweScheme.Parse(packet);
        }
        catch (MalformedPacketException e)
        {
            return UnwrapResult.Failed([new UnwrapFailure("", "", e.Message, Damaged: true)]);
        }
        var failures = new List<UnwrapFailure>();
        foreach (var identity in identities)
        {
            foreach (var recipient in envelope.Recipients)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var attempt = envelope.TryDecrypt(recipient.Index, identity.Key);
                if (attempt.Plaintext is { } plaintext) return UnwrapResult.Opened(plaintext, recipient.Index, failures);
                failures.Add(new UnwrapFailure(identity.Source, Label(recipient), Printable.Of(attempt.Reason), attempt.Failure == JweFailure.ContentAltered));
            }
        }
        return UnwrapResult.Failed(failures);
    }

    private static string Label(JweRecipientInfo recipient)
    {
        var algorithm = JweScheme.AlgorithmOf(recipient);
        return recipient.KeyId is { } kid ? $"{algorithm} kid={Printable.Of(kid, 80)}" : algorithm;
    }
}
