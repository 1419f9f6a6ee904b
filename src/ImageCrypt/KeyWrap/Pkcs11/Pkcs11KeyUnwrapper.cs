using Coffer.ImageCrypt.Keys;
using Coffer.Oci;
using Coffer.Pkcs11;
using Coffer.Pkcs11.Configuration;
using Coffer.Pkcs11.Keys;

namespace Coffer.ImageCrypt.KeyWrap.Pkcs11;

/// <summary>
/// Opens packets with keys in tokens. A key is opened for one packet and closed again, so that keys whose modules want different
/// environments take turns.
/// </summary>
internal sealed class Pkcs11KeyUnwrapper(IReadOnlyList<Pkcs11Identity> identities, Func<OcicryptConfig> config) : IKeyUnwrapper
{
    // Module calls block, for seconds when a token is far away or slow.
    public async ValueTask<UnwrapResult> UnwrapAsync(string annotation, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
        await Task.Run(() => Unwrap(packet, cancellationToken), cancellationToken).ConfigureAwait(false);

    private UnwrapResult Unwrap(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        var failures = new List<UnwrapFailure>();
        IReadOnlyList<Pkcs11PacketRecipient> recipients;
        try
        {
            recipients = Pkcs11Packet.Read(packet);
        }
        catch (MalformedPacketException e)
        {
            return UnwrapResult.Failed([.. identities.Select(i => new UnwrapFailure(i.Source, "", e.Message, Damaged: true))]);
        }
        foreach (var identity in identities)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                using var file = Pkcs11KeyFile.Parse(identity.KeyFile.Span, identity.Source);
                using var key = Pkcs11RsaKey.OpenPrivate(file, config());
                for (var i = 0; i < recipients.Count; i++)
                {
                    if (TryOpen(key, recipients[i], identity.Source, failures) is { } options)
                        return UnwrapResult.Opened(options, i, failures);
                }
            }
            catch (Pkcs11Exception e)
            {
                failures.Add(new UnwrapFailure(identity.Source, "", Reason(e)));
            }
        }
        return UnwrapResult.Failed(failures);
    }

    private static byte[]? TryOpen(Pkcs11RsaKey key, Pkcs11PacketRecipient recipient, string source, List<UnwrapFailure> failures)
    {
        if (recipient.Problem is { } problem)
        {
            failures.Add(new UnwrapFailure(source, recipient.Algorithm, problem, Damaged: true));
            return null;
        }
        try
        {
            return key.DecryptOaep(recipient.Blob, recipient.Hash);
        }
        catch (Pkcs11Exception e)
        {
            failures.Add(new UnwrapFailure(source, recipient.Algorithm, Reason(e)));
            return null;
        }
    }

    private static string Reason(Pkcs11Exception e) => Printable.Of(e.Hint is null ? e.Message : $"{e.Message}; {e.Hint}", 1024);
}
