using System.Security.Cryptography;
using System.Text;
using Coffer.Jose;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys.Recovery;

/// <summary>The public half of an offline recovery key: RSA of at least 2048 bits (RSA-OAEP-256) or an elliptic curve (ECDH-ES+A256KW).</summary>
internal sealed class RecoveryPublicKey : IDisposable
{
    private const int MostBytes = 64 * 1024;

    private readonly Jwk _key;

    private RecoveryPublicKey(Jwk key) => _key = key;

    /// <summary>Reads it from PEM.</summary>
    /// <exception cref="CofferException">The file cannot be read, or holds no such key, or a private one.</exception>
    public static RecoveryPublicKey Read(string file)
    {
        try
        {
            var text = RecoveryFiles.ReadText(file, MostBytes);
            if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            {
                throw new CofferException($"{Printable.Of(file)} holds a private key, which must not come near a broker", ExitStatus.Usage, "give its public half (openssl pkey -in FILE -pubout -out recovery.pub.pem), and keep this one offline");
            }
            return new RecoveryPublicKey(Jwk.ImportSubjectPublicKeyInfo(RecoveryFiles.Der(text, "PUBLIC KEY") ?? throw NoKey(file, null)));
        }
        catch (Exception e) when (e is JoseException or CryptographicException)
        {
            throw NoKey(file, e);
        }
    }

    /// <summary>Seals a root key to it.</summary>
    public RecoveryCopy Seal(RootKey key) => new(
        Jwe.Encrypt(key.Key.Span, [new JweRecipient(_key, _key.Type == JwkType.Rsa ? "RSA-OAEP-256" : "ECDH-ES+A256KW")], serialization: JweSerialization.Compact), _key.Thumbprint());

    public void Dispose() => _key.Dispose();

    private static CofferException NoKey(string file, Exception? inner) => new(
        $"{Printable.Of(file)} holds no public key in PEM that can be used{(inner is null ? "" : $": {Printable.Of(inner.Message)}")}", ExitStatus.Usage, "make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out recovery.pem; openssl pkey -in recovery.pem -pubout -out recovery.pub.pem", inner);
}
