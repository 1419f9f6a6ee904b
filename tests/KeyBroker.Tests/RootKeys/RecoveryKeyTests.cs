using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Recovery;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.RootKeys;

public sealed class RecoveryKeyTests
{
    [Theory]
    [InlineData("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072")]
    [InlineData("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")]
    [InlineData("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384")]
    public async Task What_was_sealed_to_the_public_half_the_private_half_opens_also_encrypted(params string[] algorithm)
    {
        using var files = await SealedBroker.MakeAsync(algorithm);
        var password = files.Folder.Write("password", "correct horse\n");
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var encrypted = files.Folder.Combine("encrypted.pem");
        (await Tool.RunAsync(Peers.Require("openssl"), "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", files.RecoveryPrivate, "-out", encrypted, "-passout", $"file:{password}")).ShouldSucceed();
        using var root = RootKey.Draw("a");
        using var recovery = RecoveryPublicKey.Read(files.RecoveryPublic);

        var copy = recovery.Seal(root);

        foreach (var (file, with) in new[] { (files.RecoveryPrivate, (string?)null), (encrypted, password) })
        {
            using var key = RecoveryPrivateKey.Read(file, with);
            using var opened = key.Open(copy, "b");
            Assert.Equal(root.Id, opened.Id);
            var altered = copy with { Jwe = copy.Jwe[..^3] + (copy.Jwe[^3] == 'A' ? 'B' : 'A') + copy.Jwe[^2..] };
            Assert.Equal(ExitStatus.Integrity, Assert.Throws<CofferException>(() => key.Open(altered, "b")).ExitStatus);
        }
        await File.WriteAllTextAsync(password, "wrong\n", TestContext.Current.CancellationToken);
        Assert.Equal(ExitStatus.NoUsableKey, Assert.Throws<CofferException>(() => RecoveryPrivateKey.Read(encrypted, password)).ExitStatus);
    }

    [Fact]
    public async Task A_private_key_a_short_one_and_what_is_none_are_refused_as_recovery_keys()
    {
        using var files = await SealedBroker.MakeAsync("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024");
        foreach (var (file, why) in new[] { (files.RecoveryPrivate, "private key"), (files.RecoveryPublic, "2048"), (files.Folder.Write("text", "text"), "no public key") })
        {
            var refused = Assert.Throws<CofferException>(() => RecoveryPublicKey.Read(file));
            Assert.Equal(ExitStatus.Usage, refused.ExitStatus);
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }
    }
}
