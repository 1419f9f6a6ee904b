using System.Text.Json;
using Coffer.ImageCrypt.Cipher;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.ImageCrypt.Layers;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Layers;

/// <summary>Whole layers that other tools encrypted, from annotation to plaintext.</summary>
public sealed class LayerFieldVectorTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_layer_of_another_tool_decrypts_to_what_it_encrypted()
    {
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(SharedVectors.Require("ocicrypt", "vectors.json"), TestContext.Current.CancellationToken));
        var root = document.RootElement;
        var plaintext = Convert.FromHexString(root.GetProperty("plaintextHex").GetString()!);
        var vectors = root.GetProperty("vectors").EnumerateArray().ToList();
        Assert.NotEmpty(vectors);

        foreach (var vector in vectors)
        {
            var ciphertext = Convert.FromHexString(vector.GetProperty("ciphertextHex").GetString()!);
            var layer = new Descriptor(vector.GetProperty("layerMediaType").GetString()!, Digest.Parse(vector.GetProperty("layerDigest").GetString()!), ciphertext.Length)
            {
                Annotations = vector.GetProperty("annotations").EnumerateObject().ToDictionary(a => a.Name, a => a.Value.GetString()!),
            };
            // Each scheme by itself, so that none hides behind another one of the same layer.
            foreach (var annotation in layer.Annotations.Keys.Where(a => a.StartsWith(EncAnnotations.KeysPrefix, StringComparison.Ordinal)))
            {
                var alone = layer with { Annotations = layer.Annotations.Where(a => a.Key == annotation || a.Key == EncAnnotations.PublicOptions).ToDictionary() };
                using var keys = await KeysAsync(root.GetProperty("keys"));
                using var opened = await keys.OpenAsync(alone, TestContext.Current.CancellationToken);
                Assert.Equal(annotation, opened.Packet.Annotation);
                Assert.Equal(Digest.Of(plaintext), opened.Key.PlainDigest);
                await using var decrypting = new DecryptStream(new VerifyingStream(new MemoryStream(ciphertext), layer), opened.Key, opened.Options, layer.Digest);
                using var decrypted = new MemoryStream();
                await decrypting.CopyToAsync(decrypted, TestContext.Current.CancellationToken);
                Assert.Equal(plaintext, decrypted.ToArray());
            }
        }
    }

    private async Task<KeyRing> KeysAsync(JsonElement keys)
    {
        var provider = _folder.Write("echo.sh", """
            data=$(sed 's/.*"annotation":"\([^"]*\)".*/\1/')
            printf '{"keywrapresults":{"annotation":null},"keyunwrapresults":{"optsdata":"%s"}}' "$data"
            """);
        var config = _folder.Write("providers.json", $$$"""{"key-providers":{"foo":{"cmd":{"path":"/bin/sh","args":["{{{provider}}}"]} } } }""");
        var specs = new[]
        {
            _folder.Write("rsa.pem", keys.GetProperty("rsaPrivatePkcs1EncryptedPem_password_secret").GetString()!) + ":pass=secret",
            _folder.Write("ec.pem", keys.GetProperty("ecPrivatePkcs8Pem").GetString()!),
            _folder.Write("secring.gpg", keys.GetProperty("pgpSecretKeyringBinaryBase64").GetBytesFromBase64()),
            "provider:foo",
        };
        var identities = new List<Identity>();
        foreach (var spec in specs) identities.AddRange(await new IdentityReader().ReadAsync(IdentitySpec.Parse(spec), TestContext.Current.CancellationToken));
        return new KeyRing(identities, [.. BuiltInSchemes.All.Select(s => s.Name == "provider" ? new ProviderScheme(TimeProvider.System, () => config) : s)]);
    }
}
