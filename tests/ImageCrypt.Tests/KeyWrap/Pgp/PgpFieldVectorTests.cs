using System.Text;
using System.Text.Json;
using Coffer.ImageCrypt.KeyWrap.Pgp;
using Coffer.ImageCrypt.Keys;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Pgp;

/// <summary>A packet that a real skopeo wrote.</summary>
public sealed class PgpFieldVectorTests
{
    [Fact]
    public async Task The_packet_of_a_real_skopeo_opens()
    {
        using var vectors = JsonDocument.Parse(await File.ReadAllBytesAsync(SharedVectors.Require("ocicrypt", "vectors.json"), TestContext.Current.CancellationToken));
        var vector = vectors.RootElement.GetProperty("vectors").EnumerateArray().Single(v => v.GetProperty("name").GetString() == "pgp-rsa2048");
        var packet = vector.GetProperty("annotations").GetProperty(EncAnnotations.Pgp).GetBytesFromBase64();
        using var keyring = new PgpKeyringIdentity(
            "keyring", vectors.RootElement.GetProperty("keys").GetProperty("pgpSecretKeyringBinaryBase64").GetBytesFromBase64(), null);
        var scheme = new PgpScheme(TimeProvider.System);

        var result = await scheme.CreateUnwrapper([keyring])!.UnwrapAsync(EncAnnotations.Pgp, packet, TestContext.Current.CancellationToken);

        Assert.Equal(vector.GetProperty("expectedPrivateOptions").GetString(), Encoding.UTF8.GetString(result.PrivateOptions!));
        Assert.Equal("RSA", Assert.Single(scheme.Describe(EncAnnotations.Pgp, packet)).Algorithm);
    }
}
