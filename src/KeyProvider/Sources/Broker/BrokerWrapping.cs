using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Client;
using Coffer.ImageCrypt.Cipher;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.KeyProvider.Packets;
using Coffer.Oci;

namespace Coffer.KeyProvider.Sources.Broker;

/// <summary>The owner's side: the broker wraps under a key that never leaves it for this.</summary>
/// <param name="http">The broker.</param>
/// <param name="tokenFile">Read for each call, so that a token that was renewed counts at once.</param>
internal sealed class BrokerWrapping(BrokerHttp http, string tokenFile)
{
    private const string Path = "api/v1/wrap";

    /// <summary>Wraps under the key named, which the broker makes where it may; null for a new one.</summary>
    /// <exception cref="KeyProviderException">The broker refuses, does not answer, or answers with another key than was asked for.</exception>
    public async Task<AnnotationPacket> WrapAsync(KbsResourceUri? key, ReadOnlyMemory<byte> options, CancellationToken cancellationToken)
    {
        var body = Body(key, options);
        try
        {
            var request = new BrokerRequest(HttpMethod.Post, Path, PacketLimits.PacketBytes) { Body = body, Bearer = Token() };
            var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!answer.Succeeded) throw BrokerSource.Failure(Refusals.OfApi(answer, key is null ? "a new key" : $"the key {key.Path}"));
            return Checked(PacketReader.Read(answer.Body), key);
        }
        catch (AttestationException e)
        {
            throw BrokerSource.Failure(e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body);
        }
    }

    // A broker that answers with another key than the owner named would choose who can read the image.
    private static AnnotationPacket Checked(AnnotationPacket packet, KbsResourceUri? key)
    {
        try
        {
            if (packet.Family == PacketFamily.CocoV1 && KbsResourceUri.Parse(packet.KeyId) is { Host: null } wrapped && (key is null || (wrapped.Path == key.Path && (key.Version is null || wrapped.Version == key.Version)))) return packet;
        }
        catch (AttestationException)
        {
            // Said below.
        }
        throw new KeyProviderException(FailureReason.Integrity, $"the broker wrapped under {Printable.Of(packet.KeyId)} instead of the key asked for");
    }

    private string Token()
    {
        var bytes = AccessTokenFile.Read(tokenFile);
        try
        {
            return Encoding.ASCII.GetString(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static byte[] Body(KbsResourceUri? key, ReadOnlyMemory<byte> options)
    {
        // The layer's key is in it: no buffer of the writer's own, which would leave copies behind.
        using var buffer = new ZeroingBuffer(options.Length * 2 + 1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (key is null) writer.WriteNull("keyid");
            else writer.WriteString("keyid", key.ToString());
            writer.WriteBase64String("options", options.Span);
            if (TrialOptions.AreThese(options.Span)) writer.WriteBoolean("trial", true); // or a key would be made that no layer needs
            writer.WriteEndObject();
        }
        return buffer.Written.ToArray();
    }
}
