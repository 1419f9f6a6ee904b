using System.Security.Cryptography;
using Coffer.Contracts;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.KeyWrap.Jwe;
using Coffer.ImageCrypt.KeyWrap.Pkcs7;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap;

public abstract class FileKeySchemeTests : KeyWrapSchemeContract, IDisposable
{
    private readonly TempDirectory _folder = new();
    private int _count;

    protected override RecipientSpec Nobody => new(Scheme.Name, _folder.Combine("nobody.pem"));

    protected abstract (string Private, string Public) Make();

    protected override async Task<(RecipientSpec Recipient, IReadOnlyList<Identity> Identities)> NewRecipientAsync()
    {
        var (secret, shared) = Make();
        var n = _count++;
        var identities = await new IdentityReader().ReadAsync(IdentitySpec.Parse(_folder.Write($"{n}.key", secret)), CancellationToken.None);
        return (new RecipientSpec(Scheme.Name, _folder.Write($"{n}.pub", shared)), identities);
    }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class JweRsaContractTests : FileKeySchemeTests
{
    protected override IKeyWrapScheme Scheme => new JweScheme();

    protected override string Annotation => EncAnnotations.Jwe;

    protected override (string Private, string Public) Make()
    {
        var key = TestKeys.RsaPem();
        return (key, TestKeys.PublicPem(key));
    }
}

public sealed class JweEllipticCurveContractTests : FileKeySchemeTests
{
    protected override IKeyWrapScheme Scheme => new JweScheme();

    protected override string Annotation => EncAnnotations.Jwe;

    protected override (string Private, string Public) Make()
    {
        var key = TestKeys.EcPem(ECCurve.NamedCurves.nistP384);
        return (key, TestKeys.PublicPem(key));
    }
}

public sealed class JweSymmetricContractTests : FileKeySchemeTests
{
    protected override IKeyWrapScheme Scheme => new JweScheme();

    protected override string Annotation => EncAnnotations.Jwe;

    protected override (string Private, string Public) Make()
    {
        using var key = Jose.Jwk.FromSymmetric(RandomNumberGenerator.GetBytes(32));
        var json = System.Text.Encoding.UTF8.GetString(key.ToPrivateJson());
        return (json, json);
    }
}

public sealed class Pkcs7ContractTests : FileKeySchemeTests
{
    protected override IKeyWrapScheme Scheme => new Pkcs7Scheme();

    protected override string Annotation => EncAnnotations.Pkcs7;

    protected override (string Private, string Public) Make()
    {
        var key = TestKeys.RsaPem();
        return (key, TestKeys.CertificatePem(key));
    }
}
