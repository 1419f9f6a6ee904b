using System.Text;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap.Jwe;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Jwe;

public sealed class JweFieldVectorTests
{
    private const string General = "jwe-rsa+ec-general-with-redundant-encrypted_key";

    [Theory]
    [InlineData("jwe-rsa-flattened", "rsaPrivatePkcs8Pem", 0)]
    [InlineData("jwe-ec-p256-flattened", "ecPrivatePkcs8Pem", 0)]
    [InlineData(General, "rsaPrivatePkcs8Pem", 0)]
    [InlineData(General, "ecPrivatePkcs8Pem", 1)]
    [InlineData("all-schemes-one-layer", "ecPrivatePkcs8Pem", 1)]
    public async Task What_skopeo_wrote_opens(string vector, string key, int recipient)
    {
        using var vectors = Vectors.Open();
        using var folder = new TempDirectory();
        var identities = await new IdentityReader().ReadAsync(IdentitySpec.Parse(folder.Write("key", vectors.Key(key))), CancellationToken.None);
        var result = await new JweScheme().CreateUnwrapper(identities)!.UnwrapAsync(EncAnnotations.Jwe, vectors.Packet(vector, EncAnnotations.Jwe), CancellationToken.None);
        Assert.Equal(vectors.PrivateOptions(vector), result.PrivateOptions);
        Assert.Equal(recipient, result.Recipient);
    }

    [Fact]
    public async Task A_recipient_is_cut_out_of_what_skopeo_wrote()
    {
        using var vectors = Vectors.Open();
        using var folder = new TempDirectory();
        var scheme = new JweScheme();
        var rest = scheme.RemoveRecipient(vectors.Packet(General, EncAnnotations.Jwe), 0)!;
        Assert.DoesNotContain("\"encrypted_key\":", Encoding.UTF8.GetString(rest).Split("]")[1], StringComparison.Ordinal);
        Assert.Equal("ECDH-ES+A256KW P-256", Assert.Single(scheme.Describe(EncAnnotations.Jwe, rest)).Algorithm);
        var ec = await new IdentityReader().ReadAsync(IdentitySpec.Parse(folder.Write("ec", vectors.Key("ecPrivatePkcs8Pem"))), CancellationToken.None);
        var rsa = await new IdentityReader().ReadAsync(IdentitySpec.Parse(folder.Write("rsa", vectors.Key("rsaPrivatePkcs8Pem"))), CancellationToken.None);
        Assert.Equal(vectors.PrivateOptions(General), (await scheme.CreateUnwrapper(ec)!.UnwrapAsync(EncAnnotations.Jwe, rest, CancellationToken.None)).PrivateOptions);
        Assert.Null((await scheme.CreateUnwrapper(rsa)!.UnwrapAsync(EncAnnotations.Jwe, rest, CancellationToken.None)).PrivateOptions);
    }

    [Fact]
    public async Task The_traditional_protected_key_opens_with_its_password()
    {
        using var vectors = Vectors.Open();
        using var folder = new TempDirectory();
        var path = folder.Write("key", vectors.Key("rsaPrivatePkcs1EncryptedPem_password_secret"));
        var identities = await new IdentityReader().ReadAsync(IdentitySpec.Parse(path + ":pass=secret"), CancellationToken.None);
        var result = await new JweScheme().CreateUnwrapper(identities)!.UnwrapAsync(
            EncAnnotations.Jwe, vectors.Packet("jwe-rsa-flattened", EncAnnotations.Jwe), CancellationToken.None);
        Assert.Equal(vectors.PrivateOptions("jwe-rsa-flattened"), result.PrivateOptions);
    }
}
