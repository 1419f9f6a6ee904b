using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.KeyWrap.Jwe;
using Coffer.ImageCrypt.KeyWrap.Pkcs7;
using Coffer.Jose;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap;

/// <summary>Hostile packets: listing, cutting and opening end in the documented ways alone.</summary>
public sealed class PacketFuzzTests
{
    private static readonly byte[] Options = "{\"symkey\":\"AAAA\"}"u8.ToArray();

    [Fact]
    public void Envelopes_of_pkcs7()
    {
        var pem = TestKeys.RsaPem();
        using var certificate = X509Certificate2.CreateFromPem(TestKeys.CertificatePem(pem));
        using var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        var addressee = new EnvelopeAddressee(CertificateId.Of(certificate), rsa.ExportParameters(false));
        using var key = new PrivateKeyIdentity("key", Jwk.FromRsa(rsa.ExportParameters(true)));
        Holds(new Pkcs7Scheme(), EncAnnotations.Pkcs7, [EnvelopeWriter.Write(Options, [addressee]), EnvelopeWriter.Write(Options, [addressee, addressee])], key);
    }

    [Fact]
    public void Json_web_encryption()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = new PrivateKeyIdentity("key", Jwk.FromEllipticCurve(ec.ExportParameters(true)));
        var recipient = new JweRecipient(key.Key);
        byte[][] seeds = [.. new[] { Coffer.Jose.Jwe.Encrypt(Options, [recipient]), Coffer.Jose.Jwe.Encrypt(Options, [recipient, recipient]) }.Select(System.Text.Encoding.ASCII.GetBytes)];
        Holds(new JweScheme(), EncAnnotations.Jwe, seeds, key);
    }

    private static void Holds(IKeyWrapScheme scheme, string annotation, IReadOnlyList<byte[]> seeds, PrivateKeyIdentity key)
    {
        var unwrapper = scheme.CreateUnwrapper([key])!;
        Fuzzing.Run($"packet-{scheme.Name}", seeds, (packet, _) =>
        {
            try
            {
                var count = scheme.Describe(annotation, packet).Count;
                if (scheme.RemoveRecipient(packet, count - 1) is { } rest) Assert.Equal(count - 1, scheme.Describe(annotation, rest).Count);
            }
            catch (MalformedPacketException)
            {
                // As documented.
            }
            var attempt = unwrapper.UnwrapAsync(annotation, packet, CancellationToken.None);
            Assert.True(attempt.IsCompletedSuccessfully);
            var result = attempt.Result;
            if (result.PrivateOptions is { } options) Assert.Equal(Options, options);
        });
    }
}
