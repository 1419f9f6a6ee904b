using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Tests.GoldenVectors;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Keys;

/// <summary>
/// Hostile key files of the forms that <see cref="KeyFileFuzzTests"/> leaves out, OpenPGP keyrings and PKCS#12 among them, up
/// to trying what was read on a layer: some are taken apart only then.
/// </summary>
public sealed class KeyFormFuzzTests : KeyFileFixture
{
    [Fact]
    public void Any_mutation_of_a_key_of_any_form_opens_nothing_or_is_refused()
    {
        var layer = VectorFolder.Read("three-schemes").Layer;
        var path = Folder.Write("fuzzed", "");
        Fuzzing.Run("key-form", Seeds(), (content, _) =>
        {
            File.WriteAllBytes(path, content);
            try
            {
                var identities = new IdentityReader().ReadAsync(IdentitySpec.Parse(path + ":pass=" + VectorKeys.Password), CancellationToken.None).AsTask().GetAwaiter().GetResult();
                using var keys = new KeyRing(identities);
                using var opened = keys.OpenAsync(layer, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            }
            catch (CofferException e)
            {
                Assert.NotEqual(ExitStatus.Done, e.ExitStatus);
                Assert.All([e.Message, e.Hint ?? "", .. e.Details], line => Assert.DoesNotContain(line, char.IsControl));
            }
        }, rounds: 1_000);
    }

    private static List<byte[]> Seeds()
    {
        var seeds = Directory.GetFiles(VectorFolder.Keys, "throwaway-*").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        foreach (var name in (string[])["throwaway-pgp-rsa.sec.asc", "throwaway-pgp-cv25519.sec.asc"]) seeds.Add(Dearmor(name));
        using var rsa = RSA.Create();
        rsa.ImportFromPem(File.ReadAllText(VectorFolder.Key("throwaway-rsa.pem")));
        seeds.Add(rsa.ExportRSAPrivateKey());
        seeds.Add(Encoding.ASCII.GetBytes(rsa.ExportRSAPrivateKeyPem()));
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(VectorFolder.Key("throwaway-rsa.crt"))).CopyWithPrivateKey(rsa);
        seeds.Add(certificate.ExportPkcs12(new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 100), VectorKeys.Password));
        seeds.Add(certificate.RawData);
        return seeds;
    }

    private static byte[] Dearmor(string name)
    {
        using var armored = new Org.BouncyCastle.Bcpg.ArmoredInputStream(File.OpenRead(VectorFolder.Key(name)));
        using var bytes = new MemoryStream();
        armored.CopyTo(bytes);
        return bytes.ToArray();
    }
}
