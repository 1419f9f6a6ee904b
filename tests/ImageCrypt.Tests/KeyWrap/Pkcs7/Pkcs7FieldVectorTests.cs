using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap.Pkcs7;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Pkcs7;

public sealed class Pkcs7FieldVectorTests
{
    [Theory]
    [InlineData("pkcs7-legacy-constructed-content", true)]
    [InlineData("pkcs7-legacy-constructed-content", false)]
    [InlineData("pkcs7-smallstep-primitive-content", true)]
    [InlineData("pkcs7-smallstep-primitive-content", false)]
    [InlineData("all-schemes-one-layer", false)]
    public async Task What_both_writers_wrote_opens_with_and_without_the_certificate(string vector, bool withCertificate)
    {
        using var vectors = Vectors.Open();
        using var folder = new TempDirectory();
        var text = vectors.Key("rsaPrivatePkcs8Pem") + (withCertificate ? "\n" + vectors.Key("x509CertPemForRsaKey") : "");
        var identities = await new IdentityReader().ReadAsync(IdentitySpec.Parse(folder.Write("key", text)), CancellationToken.None);
        Assert.Equal(withCertificate ? 2 : 1, identities.Count);
        var result = await new Pkcs7Scheme().CreateUnwrapper(identities)!.UnwrapAsync(EncAnnotations.Pkcs7, vectors.Packet(vector, EncAnnotations.Pkcs7), CancellationToken.None);
        Assert.Equal(vectors.PrivateOptions(vector), result.PrivateOptions);
    }

    [Fact]
    public void What_is_written_has_the_shape_of_the_newer_writer()
    {
        using var vectors = Vectors.Open();
        var theirs = vectors.Packet("pkcs7-smallstep-primitive-content", EncAnnotations.Pkcs7);
        using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(vectors.Key("x509CertPemForRsaKey"));
        using var rsa = System.Security.Cryptography.X509Certificates.RSACertificateExtensions.GetRSAPublicKey(certificate)!;
        var content = vectors.PrivateOptions("pkcs7-smallstep-primitive-content");
        var ours = EnvelopeWriter.Write(content, [new EnvelopeAddressee(CertificateId.Of(certificate), rsa.ExportParameters(false))]);
        // Everything but encrypted key, nonce and content is the same: blank those out, where they stand in both.
        Assert.Equal(Blank(theirs, content.Length), Blank(ours, content.Length));
        var described = Assert.Single(new Pkcs7Scheme().Describe(EncAnnotations.Pkcs7, theirs));
        Assert.Equal("7", described.Serial?.TrimStart('0'));
        Assert.Contains("CN=p7", described.Issuer, StringComparison.Ordinal);
    }

    private static string Blank(byte[] packet, int content)
    {
        var blank = (byte[])packet.Clone();
        var tail = packet.Length - content - 16;
        blank.AsSpan(tail).Clear();
        var key = packet.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x04, 0x82, 0x01, 0x00]) + 4;
        blank.AsSpan(key, 256).Clear();
        var nonce = packet.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x84, 0x0C]) + 2;
        blank.AsSpan(nonce, 12).Clear();
        return Convert.ToHexString(blank);
    }
}
