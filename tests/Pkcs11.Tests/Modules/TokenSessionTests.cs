using System.Security.Cryptography;
using System.Text;
using Coffer.Pkcs11.Modules;
using Coffer.Pkcs11.Native;
using Coffer.Support;

namespace Coffer.Pkcs11.Tests.Modules;

[Collection(SoftHsmCollection.Name)]
public sealed class TokenSessionTests(SoftHsmFixture softHsm)
{
    [Fact]
    public async Task Made_keys_sign_and_encrypt_and_can_be_destroyed()
    {
        var token = await softHsm.TokenAsync();
        using var module = Acquire(token);
        using var session = new TokenSession(module, Slot(token, module), writable: true);
        session.Login(Encoding.UTF8.GetBytes(token.Pin));

        using var publicTemplate = new AttributeTemplate().Add(Ck.AttributeModulusBits, (nuint)2048)
            .Add(Ck.AttributePublicExponent, [1, 0, 1]).Add(Ck.AttributeVerify, true).Add(Ck.AttributeLabel, "made"u8);
        using var privateTemplate = new AttributeTemplate().Add(Ck.AttributeSign, true).Add(Ck.AttributeSensitive, true)
            .Add(Ck.AttributeExtractable, false).Add(Ck.AttributeLabel, "made"u8);
        var (publicKey, privateKey) = session.GenerateKeyPair(new CkMechanism { Type = Ck.RsaKeyPairGeneration }, publicTemplate, privateTemplate);
        var signature = session.Sign(new CkMechanism { Type = Ck.Sha256RsaPkcs1 }, privateKey, "message"u8);
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = session.ReadAttribute(publicKey, Ck.AttributeModulus),
            Exponent = session.ReadAttribute(publicKey, Ck.AttributePublicExponent),
        });
        Assert.True(rsa.VerifyData("message"u8, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

        using var aesTemplate = new AttributeTemplate().Add(Ck.AttributeValueLength, (nuint)32)
            .Add(Ck.AttributeEncrypt, true).Add(Ck.AttributeDecrypt, true).Add(Ck.AttributeSensitive, true);
        var aes = session.GenerateKey(new CkMechanism { Type = Ck.AesKeyGeneration }, aesTemplate);
        Assert.Null(session.ReadAttribute(aes, Ck.AttributeValue)); // sensitive
        var (ciphertext, plaintext) = RoundTrip(session, aes, new byte[100]);
        Assert.Equal(112, ciphertext.Length);
        Assert.Equal(new byte[100], plaintext);

        using var byLabel = new AttributeTemplate().Add(Ck.AttributeLabel, "made"u8);
        Assert.Equal(2, session.Find(byLabel, 16).Count);
        Assert.Single(session.Find(byLabel, 1));
        session.Destroy(privateKey);
        Assert.Single(session.Find(byLabel, 16));
    }

    [Fact]
    public async Task A_refused_call_is_named_as_the_standard_names_it()
    {
        var token = await softHsm.TokenAsync();
        using var module = Acquire(token);
        using var session = new TokenSession(module, Slot(token, module));
        var error = Assert.Throws<Pkcs11Exception>(() => session.Decrypt(new CkMechanism { Type = Ck.RsaRaw }, 999999, new byte[256]));
        Assert.Equal("C_DecryptInit failed: CKR_OBJECT_HANDLE_INVALID", error.Message);
        Assert.Equal(0x82ul, error.ReturnValue);
    }

    [Theory]
    [InlineData("serial={serial};object=x", true)]
    [InlineData("slot-id={slot};object=x", true)]
    [InlineData("manufacturer=SoftHSM%20project;model=SoftHSM%20v2;serial={serial};object=x", true)]
    [InlineData("library-manufacturer=SoftHSM;serial={serial};library-version=2;object=x", false)]
    [InlineData("library-manufacturer=SoftHSM;serial={serial};library-version=2.6;object=x", true)]
    [InlineData("slot-id={slot};token=other;object=x", false)]
    [InlineData("model=SoftHSM;object=x", false)]
    [InlineData("object=x", false)]
    public async Task Every_path_attribute_must_match(string path, bool found)
    {
        var token = await softHsm.TokenAsync();
        using var module = Acquire(token);
        var slot = Slot(token, module);
        using var uri = Pkcs11Uri.Parse("pkcs11:" + path.Replace("{serial}", slot.Serial, StringComparison.Ordinal)
            .Replace("{slot}", slot.Id.ToString(), StringComparison.Ordinal));
        if (found)
            Assert.Equal(slot, TokenSlot.Find(module, uri));
        else
            Assert.Throws<Pkcs11Exception>(() => TokenSlot.Find(module, uri));
    }

    [Fact]
    public async Task Two_tokens_of_one_label_are_refused_with_their_serial_numbers()
    {
        using var token = await SoftHsmToken.CreateAsync("double");
        await token.AddTokenAsync("double");
        using var module = Acquire(token);
        using var uri = Pkcs11Uri.Parse("pkcs11:token=double;object=x");
        var error = Assert.Throws<Pkcs11Exception>(() => TokenSlot.Find(module, uri));
        Assert.StartsWith("2 tokens match", error.Message, StringComparison.Ordinal);
        Assert.All(TokenSlot.List(module), slot => Assert.Contains(slot.Serial, error.Hint, StringComparison.Ordinal));
    }

    [Fact]
    public void A_library_that_is_no_module_is_refused()
    {
        var libc = new[] { "/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6", "/lib64/libm.so.6" }.First(File.Exists);
        var error = Assert.Throws<Pkcs11Exception>(() => ModuleRegistry.Acquire(libc, new Dictionary<string, string>()));
        Assert.Contains("no PKCS #11 module", error.Message, StringComparison.Ordinal);
    }

    private static unsafe (byte[] Ciphertext, byte[] Plaintext) RoundTrip(TokenSession session, nuint aes, byte[] message)
    {
        var iv = stackalloc byte[16];
        var mechanism = new CkMechanism { Type = Ck.AesCbcPad, Parameter = iv, ParameterLength = 16 };
        var ciphertext = session.Encrypt(mechanism, aes, message);
        return (ciphertext, session.Decrypt(mechanism, aes, ciphertext));
    }

    private static ModuleLease Acquire(SoftHsmToken token) =>
        ModuleRegistry.Acquire(token.ModulePath, new Dictionary<string, string> { ["SOFTHSM2_CONF"] = token.ConfigPath });

    private static TokenSlot Slot(SoftHsmToken token, ModuleLease module) => TokenSlot.List(module).Single(slot => slot.Label == token.Label);
}
