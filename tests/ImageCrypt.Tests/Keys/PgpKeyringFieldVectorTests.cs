using System.Text;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Tests.KeyWrap;

namespace Coffer.ImageCrypt.Tests.Keys;

public sealed class PgpKeyringFieldVectorTests : KeyFileFixture
{
    [Fact]
    public async Task A_secret_keyring_is_recognized_binary_and_armored()
    {
        using var vectors = Vectors.Open();
        var binary = Convert.FromBase64String(vectors.Key("pgpSecretKeyringBinaryBase64"));
        var identity = Assert.IsType<PgpKeyringIdentity>(Assert.Single(await ReadAsync(Folder.Write("ring", binary) + ":pass=x")));
        Assert.Equal(binary, identity.Keyring.ToArray());
        Assert.Equal("x", Encoding.UTF8.GetString(identity.Passphrase!.Value.Span));
        var armored = $"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{Convert.ToBase64String(binary)}\n=AAAA\n-----END PGP PRIVATE KEY BLOCK-----\n";
        Assert.Null(Assert.IsType<PgpKeyringIdentity>(Assert.Single(await ReadAsync(Folder.Write("armored", armored)))).Passphrase);
    }
}
