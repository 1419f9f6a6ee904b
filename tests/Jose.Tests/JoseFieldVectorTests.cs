using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coffer.Support;

namespace Coffer.Jose.Tests;

/// <summary>Envelopes that Go's JOSE library made in the field, through the format's reference tool.</summary>
public sealed class JoseFieldVectorTests
{
    private const string Annotation = "org.opencontainers.image.enc.keys.jwe";

    [Fact]
    public void Envelopes_made_by_go_open_and_hold_the_layer_options()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(SharedVectors.Require("ocicrypt", "vectors.json")));
        var keys = json.RootElement.GetProperty("keys");
        using var rsa = Import(keys.GetProperty("rsaPrivatePkcs8Pem").GetString()!);
        using var ec = Import(keys.GetProperty("ecPrivatePkcs8Pem").GetString()!);
        var opened = 0;
        foreach (var vector in json.RootElement.GetProperty("vectors").EnumerateArray())
        {
            if (!vector.TryGetProperty("annotations", out var annotations) || !annotations.TryGetProperty(Annotation, out var packets))
            {
                continue;
            }

            var expected = vector.GetProperty("expectedPrivateOptions").GetString()!;
            foreach (var packet in packets.GetString()!.Split(','))
            {
                var jwe = Jwe.Parse(Convert.FromBase64String(packet));
                Assert.Equal(expected, Encoding.UTF8.GetString(jwe.Decrypt([rsa, ec])));
                foreach (var recipient in jwe.Recipients)
                {
                    var key = recipient.EphemeralCurve is null ? rsa : ec;
                    Assert.Equal(expected, Encoding.UTF8.GetString(jwe.TryDecrypt(recipient.Index, key).Plaintext!));
                    Assert.Equal(JweFailure.WrongKind, jwe.TryDecrypt(recipient.Index, key == rsa ? ec : rsa).Failure);
                }

                opened++;
                CheckCut(jwe, expected, rsa, ec);
            }
        }

        Assert.True(opened >= 3, $"only {opened} envelopes were found");
    }

    /// <summary>Go's several-recipient form carries the redundant member; each recipient can be cut out of it.</summary>
    private static void CheckCut(Jwe jwe, string expected, Jwk rsa, Jwk ec)
    {
        if (jwe.Recipients.Count < 2)
        {
            Assert.Equal(JweSerialization.Flattened, jwe.Serialization);
            return;
        }

        foreach (var recipient in jwe.Recipients)
        {
            var others = Jwe.Parse(jwe.RemoveRecipients(recipient.Index)!);
            Assert.Equal(jwe.Recipients.Count - 1, others.Recipients.Count);
            Assert.Equal(expected, Encoding.UTF8.GetString(others.Decrypt([rsa, ec])));
        }
    }

    private static Jwk Import(string pem)
    {
        var fields = PemEncoding.Find(pem);
        return Jwk.ImportPkcs8(Convert.FromBase64String(pem[fields.Base64Data]));
    }
}
