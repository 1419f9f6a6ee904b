using System.Security.Cryptography;
using System.Text;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Tests.KeyWrap;
using Coffer.Jose;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Keys;

/// <summary>Hostile key files: they are read, or refused in the documented way.</summary>
public sealed class KeyFileFuzzTests : KeyFileFixture
{
    [Fact]
    public void Any_mutation_of_a_key_file_is_read_or_refused_in_one_line()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var jwk = Jwk.FromEllipticCurve(ec.ExportParameters(true));
        var pbe = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2);
        var pem = ec.ExportPkcs8PrivateKeyPem();
        byte[][] seeds =
        [
            ec.ExportPkcs8PrivateKey(),
            ec.ExportECPrivateKey(),
            ec.ExportSubjectPublicKeyInfo(),
            ec.ExportEncryptedPkcs8PrivateKey("secret", pbe),
            jwk.ToPrivateJson(),
            [.. "{\"keys\":["u8, .. jwk.ToPrivateJson(), .. "]}"u8],
            .. new[]
            {
                pem,
                ec.ExportECPrivateKeyPem(),
                ec.ExportEncryptedPkcs8PrivateKeyPem("secret", pbe),
                TestKeys.CertificatePem(pem),
                pem + "\n" + TestKeys.CertificatePem(pem),
                "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAAAAAAAAAAAAAAAAAAAA==\n-----END EC PRIVATE KEY-----\n",
                "pkcs11:\n  uri: pkcs11:token=a\n",
                "",
            }.Select(Encoding.ASCII.GetBytes),
        ];
        var path = Folder.Write("fuzzed", "");
        var reader = new IdentityReader();
        Fuzzing.Run("key-file", seeds, (content, _) =>
        {
            File.WriteAllBytes(path, content);
            IsRefusedOr(() =>
            {
                foreach (var identity in reader.ReadAsync(IdentitySpec.Parse(path + ":pass=secret"), CancellationToken.None).AsTask().GetAwaiter().GetResult()) identity.Dispose();
            });
            IsRefusedOr(() =>
            {
                foreach (var key in RecipientKeyFile.ReadAsync(path, CancellationToken.None).AsTask().GetAwaiter().GetResult()) key.Dispose();
            });
        });
    }

    private static void IsRefusedOr(Action read)
    {
        try
        {
            read();
        }
        catch (CofferException e)
        {
            Assert.DoesNotContain('\n', e.Message);
            Assert.NotEqual(ExitStatus.Done, e.ExitStatus);
        }
    }
}
