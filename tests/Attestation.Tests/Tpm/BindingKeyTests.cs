using System.Security.Cryptography;
using System.Text;
using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Jose;
using Coffer.Support;
using Xunit;

namespace Coffer.Attestation.Tpm;

public sealed class BindingKeyTests
{
    private const string Secret = "the key of a layer";

    [Fact]
    public async Task A_JWE_opens_until_a_bound_register_is_extended_and_never_again_after_that()
    {
        await using var node = await TestNode.StartAsync();
        using var attester = node.Attester();
        using var key = await attester.OpenKeyAsync(TestNode.Cancel);
        var sealedSecret = Seal(key);
        Assert.Equal(Secret, Open(sealedSecret, key));
        await node.Tpm.ExtendAsync(10);
        Assert.Equal(Secret, Open(sealedSecret, key));

        await node.Tpm.ExtendAsync(8);
        var refused = Assert.Throws<TpmCommandException>(() => Open(sealedSecret, key));
        Assert.Equal("TPM_RC_POLICY_FAIL", refused.Code.Name);
        Assert.Contains("PCR", refused.Hint, StringComparison.Ordinal);

        using var next = await attester.OpenKeyAsync(TestNode.Cancel);
        Assert.NotEqual(ModulusOf(key), ModulusOf(next));
        Assert.Equal(Secret, Open(Seal(next), next));
        Assert.Null(Open(sealedSecret, next));
        Assert.Equal("", await node.LeftoversAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keys_live_through_a_reset_of_the_TPM(bool orderly)
    {
        await using var node = await TestNode.StartAsync();
        string sealedSecret, ak;
        using (var before = node.Attester())
        {
            using var key = await before.OpenKeyAsync(TestNode.Cancel);
            sealedSecret = Seal(key);
            ak = await AkOfAsync(before, key);
        }
        await node.Tpm.ResetAsync(orderly);
        using var after = node.Attester();
        using var again = await after.OpenKeyAsync(TestNode.Cancel);
        Assert.Equal(Secret, Open(sealedSecret, again));
        Assert.Equal(ak, await AkOfAsync(after, again));
    }

    [Fact]
    public async Task An_empty_password_does_not_open_a_bound_key()
    {
        await using var node = await TestNode.StartAsync();
        using var device = new TpmDevice(node.Settings.Address, TimeProvider.System);
        var keys = new NodeKeys(node.Settings, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<TpmCommandException>(() => device.UseAsync(async (tpm, cancel) =>
        {
            var stored = await keys.OpenBindingKeyAsync(tpm, cancel);
            using var rsa = RSA.Create(((TpmRsaKey)stored.Public.Key).ToParameters());
            var parent = await NodeKeys.MakeBindingParentAsync(tpm, cancel);
            var key = await tpm.LoadAsync(parent, EmptyPassword.Instance, stored.Public, stored.Private, cancel);
            var session = await tpm.StartHmacSessionAsync(parent, cancel);
            return await tpm.RsaDecryptAsync(key, session, rsa.Encrypt([1], RSAEncryptionPadding.OaepSHA256), cancel);
        }, TestNode.Cancel));
        Assert.Equal("TPM_RC_AUTH_UNAVAILABLE", refused.Code.Name);
    }

    [Fact]
    public async Task A_key_that_is_bound_to_no_register_opens_whatever_they_hold()
    {
        await using var node = await TestNode.StartAsync();
        using var attester = node.Attester(s => s with { BoundPcrs = [] });
        using var key = await attester.OpenKeyAsync(TestNode.Cancel);
        var sealedSecret = Seal(key);
        await node.Tpm.ExtendAsync(0);
        Assert.Equal(Secret, Open(sealedSecret, key));
        var evidence = await attester.CollectAsync(new byte[48], key, TestNode.Cancel);
        Assert.False(evidence["coffer"]!["binding_key"]!.AsObject().ContainsKey("pcrs"));
    }

    [Fact]
    public async Task What_was_not_encrypted_to_the_key_is_not_opened_and_leaves_nothing_behind()
    {
        await using var node = await TestNode.StartAsync();
        using var attester = node.Attester();
        using var key = await attester.OpenKeyAsync(TestNode.Cancel);
        using var other = RSA.Create(2048);
        Assert.Null(Open(SealTo(Jwk.FromRsa(other.ExportParameters(false))), key));
        using var large = RSA.Create(3072);
        Assert.Null(Open(SealTo(Jwk.FromRsa(large.ExportParameters(false))), key));
        Assert.Equal("", await node.LeftoversAsync());
    }

    [Fact]
    public async Task Keys_are_kept_at_persistent_handles_and_what_is_there_is_never_overwritten()
    {
        await using var node = await TestNode.StartAsync();
        Func<TpmSettings, TpmSettings> persistent = s => s with { AkHandle = 0x81010002, BindingKeyHandle = 0x81010003 };
        using (var attester = node.Attester(persistent))
        {
            using var key = await attester.OpenKeyAsync(TestNode.Cancel);
            await AkOfAsync(attester, key);
            await node.Tpm.ExtendAsync(1);
            using var next = await attester.OpenKeyAsync(TestNode.Cancel);
            await AkOfAsync(attester, next);
            Assert.Equal(Secret, Open(Seal(next), next));
            var listed = (await node.Tpm.RunToolAsync("tpm2_getcap", "handles-persistent")).Output;
            Assert.Equal("- 0x81010002\n- 0x81010003\n", listed);
            var read = (await node.Tpm.RunToolAsync("tpm2_readpublic", "-c", "0x81010003")).ShouldSucceed().Output;
            Assert.Contains(ModulusOf(next), read, StringComparison.Ordinal);
        }
        using var stranger = node.Attester(s => persistent(s) with { StateDirectory = node.Folder.Combine("other") });
        using var theirs = await stranger.OpenKeyAsync(TestNode.Cancel);
        var occupied = await Assert.ThrowsAsync<AttestationException>(() => AkOfAsync(stranger, theirs));
        Assert.Contains("not overwritten", occupied.Message, StringComparison.Ordinal);
        Assert.Equal("", await node.LeftoversAsync());
    }

    [Fact]
    public async Task Another_TPM_refuses_the_files_of_this_one_and_makes_a_binding_key_of_its_own()
    {
        await using var node = await TestNode.StartAsync();
        await using var other = await TestNode.StartAsync();
        using var here = node.Attester();
        using var key = await here.OpenKeyAsync(TestNode.Cancel);
        var sealedSecret = Seal(key);
        await AkOfAsync(here, key);

        using var there = other.Attester(s => s with { StateDirectory = node.Settings.StateDirectory });
        using var theirs = await there.OpenKeyAsync(TestNode.Cancel);
        Assert.Null(Open(sealedSecret, theirs));
        var refused = await Assert.ThrowsAsync<TpmCommandException>(() => AkOfAsync(there, theirs));
        Assert.Contains("enroll anew", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_whose_registers_changed_since_it_was_opened_is_not_sent_as_evidence()
    {
        await using var node = await TestNode.StartAsync();
        using var attester = node.Attester();
        using var key = await attester.OpenKeyAsync(TestNode.Cancel);
        await node.Tpm.ExtendAsync(0);
        var refused = await Assert.ThrowsAsync<AttestationException>(() => AkOfAsync(attester, key));
        Assert.Contains("changed since", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handles_and_registers_that_no_TPM_has_are_refused_at_once()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Throws<ArgumentOutOfRangeException>(() => node.Attester(s => s with { AkHandle = 0x80000000 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => node.Attester(s => s with { BindingKeyHandle = 0x81800000 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => node.Attester(s => s with { BoundPcrs = [24] }));
    }

    [Fact]
    public async Task One_process_at_a_time_makes_keys()
    {
        using var folder = new TempDirectory();
        var state = new StateFolder(folder.Combine("state"));
        var first = await state.LockAsync(TimeProvider.System, TimeSpan.FromSeconds(30), TestNode.Cancel);
        var second = state.LockAsync(TimeProvider.System, TimeSpan.FromSeconds(30), TestNode.Cancel);
        await Task.Delay(100, TestNode.Cancel);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task A_process_that_never_lets_go_of_the_folder_is_not_waited_for_longer_than_for_a_TPM()
    {
        using var folder = new TempDirectory();
        var state = new StateFolder(folder.Combine("state"));
        using var first = await state.LockAsync(TimeProvider.System, TimeSpan.FromSeconds(30), TestNode.Cancel);
        var refused = await Assert.ThrowsAsync<AttestationException>(() => state.LockAsync(TimeProvider.System, TimeSpan.FromMilliseconds(200), TestNode.Cancel));
        Assert.Equal(AttestationFault.Unavailable, refused.Fault);
        Assert.Contains(folder.Combine("state"), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_were_damaged_are_a_new_binding_key_or_a_failure_that_names_the_file()
    {
        await using var node = await TestNode.StartAsync();
        using var attester = node.Attester();
        using (var key = await attester.OpenKeyAsync(TestNode.Cancel)) await AkOfAsync(attester, key);
        File.WriteAllBytes(Path.Combine(node.Settings.StateDirectory, "binding.priv"), [0, 9, 1]);
        File.WriteAllBytes(Path.Combine(node.Settings.StateDirectory, "ak.priv"), [0, 9, 1]);
        using var next = await attester.OpenKeyAsync(TestNode.Cancel);
        Assert.Equal(Secret, Open(Seal(next), next));
        var refused = await Assert.ThrowsAsync<AttestationException>(() => AkOfAsync(attester, next));
        Assert.Equal(AttestationFault.Malformed, refused.Fault);
        Assert.Contains("ak.priv", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_state_folder_is_its_owners_alone()
    {
        await using var node = await TestNode.StartAsync();
        using var attester = node.Attester();
        using var key = await attester.OpenKeyAsync(TestNode.Cancel);
        await AkOfAsync(attester, key);
        var folder = node.Settings.StateDirectory;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.Equal(["ak.priv", "ak.pub", "binding.priv", "binding.pub"], Directory.GetFiles(folder).Select(Path.GetFileName).Where(n => n != ".lock").Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(folder), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));

        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupWrite);
        var refused = await Assert.ThrowsAsync<AttestationException>(() => attester.OpenKeyAsync(TestNode.Cancel));
        Assert.Contains("chmod 0700", refused.Message, StringComparison.Ordinal);
    }

    private static string ModulusOf(ITeeKey key)
    {
        using var rsa = key.Public.Key.ToRsa();
        return Convert.ToHexStringLower(rsa.ExportParameters(false).Modulus!);
    }

    private static string Seal(ITeeKey key) => SealTo(key.Public.Key);

    private static string SealTo(Jwk key) => Jwe.Encrypt(Encoding.UTF8.GetBytes(Secret), [new JweRecipient(key) { Algorithm = "RSA-OAEP-256" }]);

    private static string? Open(string jwe, ITeeKey key) => Jwe.Parse(jwe).TryDecrypt(0, key).Plaintext is { } plaintext ? Encoding.UTF8.GetString(plaintext) : null;

    private static async Task<string> AkOfAsync(TpmAttester attester, ITeeKey key) =>
        (string)(await attester.CollectAsync(new byte[48], key, TestNode.Cancel))["coffer"]!["ak"]!;
}
