using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.ImageCrypt.Tests.KeyWrap.Pgp;
using Coffer.Jose;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>
/// Makes the throw-away keys that are missing. They open nothing but the vectors, and their names say what they are.
/// gpg makes the OpenPGP ones.
/// </summary>
internal static class VectorKeys
{
    public const string Password = "throw-away";

    public static async Task MakeMissingAsync()
    {
        Directory.CreateDirectory(VectorFolder.Keys);
        MakeRsa("rsa", 2048);
        MakeRsa("rsa3072", 3072);
        MakeEc("p256", ECCurve.NamedCurves.nistP256);
        MakeEc("p384", ECCurve.NamedCurves.nistP384);
        MakeEc("p521", ECCurve.NamedCurves.nistP521);
        MakeEc("stranger", ECCurve.NamedCurves.nistP256);
        MakeRsaForms();
        Make("throwaway-oct.jwk", () => $$"""{"kty":"oct","kid":"throwaway-oct","alg":"A256KW","k":"{{Base64Url(RandomNumberGenerator.GetBytes(32))}}"}""");
        await MakePgpAsync("pgp-rsa", "rsa2048", "rsa2048");
        await MakePgpAsync("pgp-cv25519", "ed25519", "cv25519");
    }

    private static void MakeRsa(string name, int bits)
    {
        using var key = RSA.Create(bits);
        Make($"throwaway-{name}.pem", key.ExportPkcs8PrivateKeyPem, then: () => key.ImportFromPem(Read($"throwaway-{name}.pem")));
        Make($"throwaway-{name}.pub.pem", key.ExportSubjectPublicKeyInfoPem);
    }

    private static void MakeEc(string name, ECCurve curve)
    {
        using var key = ECDiffieHellman.Create(curve);
        Make($"throwaway-{name}.pem", key.ExportPkcs8PrivateKeyPem, then: () => key.ImportFromPem(Read($"throwaway-{name}.pem")));
        Make($"throwaway-{name}.pub.pem", key.ExportSubjectPublicKeyInfoPem);
    }

    // The same RSA key as certificate, under a password, and as a JWK that asks for SHA-256.
    private static void MakeRsaForms()
    {
        using var key = RSA.Create();
        key.ImportFromPem(Read("throwaway-rsa.pem"));
        Make("throwaway-rsa.crt", () =>
        {
            var request = new CertificateRequest("CN=throwaway", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            return certificate.ExportCertificatePem();
        });
        Make("throwaway-rsa-protected.pem", () => key.ExportEncryptedPkcs8PrivateKeyPem(
            Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2048)));
        using var jwk = Jwk.ImportSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo());
        using var named = jwk.WithNames("throwaway-rsa", "RSA-OAEP-256");
        Make("throwaway-rsa-oaep-256.jwk", named.ToPublicJson);
    }

    private static async Task MakePgpAsync(string name, string primary, string subkey)
    {
        if (File.Exists(VectorFolder.Key($"throwaway-{name}.sec.asc"))) return;
        using var home = new GpgHome();
        var user = $"throwaway-{name}@registry.example";
        await home.MakeKeyAsync(user, primary, subkey);
        var secret = await home.ExportSecretAsync(user, "--armor");
        var open = (await home.RunAsync("--armor", "--export", user)).ShouldSucceed().Output;
        Make($"throwaway-{name}.sec.asc", () => Encoding.ASCII.GetString(secret));
        Make($"throwaway-{name}.pub.asc", () => open);
    }

    private static void Make(string name, Func<string> content, Action? then = null)
    {
        var path = VectorFolder.Key(name);
        if (!File.Exists(path)) File.WriteAllText(path, content().TrimEnd('\n') + "\n");
        then?.Invoke();
    }

    private static string Read(string name) => File.ReadAllText(VectorFolder.Key(name));

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
