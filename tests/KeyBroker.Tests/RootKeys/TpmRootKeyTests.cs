using System.Text.Json.Nodes;
using Coffer.KeyBroker.Hosting;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.RootKeys;

/// <summary>A root key sealed to a software TPM's registers and to an offline recovery key.</summary>
public sealed class TpmRootKeyTests
{
    private const string ParentAttributes = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kernel_update_stops_the_broker_and_the_recovery_key_brings_it_back()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        using var broker = await SealedBroker.MakeAsync();
        var place = $"tpm:{broker.Sealed},pcrs=4+7+11,device={tpm.Address}";
        await broker.InitAsync(place);
        await broker.ShouldServeAsync(place);
        await tpm.ResetAsync(); // a reboot of the same kernel
        await broker.ShouldServeAsync($"tpm:{broker.Sealed},device={tpm.Address}");

        await tpm.ExtendAsync(11); // another kernel
        var refused = await broker.ShouldNotServeAsync(place);
        Assert.Contains("PCR 11 holds another value", refused.Message, StringComparison.Ordinal);
        Assert.Contains("coffer broker root-key recover", refused.Hint, StringComparison.Ordinal);
        var status = await RootKeyRun.StatusAsync(place, TimeProvider.System, Cancelled);
        Assert.Contains("PCR 11", status.Problem, StringComparison.Ordinal);

        await broker.RecoverAsync(place);
        await broker.ShouldServeAsync(place);
        Assert.Null((await RootKeyRun.StatusAsync(place, TimeProvider.System, Cancelled)).Problem);
        await tpm.ResetAsync(); // back to the old kernel, which is now the wrong one
        await broker.ShouldNotServeAsync(place);
    }

    [Fact]
    public async Task Another_machine_does_not_open_it_until_it_is_recovered_there()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        await using var other = await SoftwareTpm.StartAsync();
        using var broker = await SealedBroker.MakeAsync("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072");
        await broker.InitAsync($"tpm:{broker.Sealed},pcrs=7,device={tpm.Address}");

        var there = $"tpm:{broker.Sealed},device={other.Address}";
        Assert.Contains("another TPM", (await broker.ShouldNotServeAsync(there)).Message, StringComparison.Ordinal);
        await broker.RecoverAsync(there);
        await broker.ShouldServeAsync(there);
    }

    [Fact]
    public async Task A_broker_of_which_nothing_is_left_comes_back_from_its_backup_and_the_recovery_key()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        await using var other = await SoftwareTpm.StartAsync();
        using var broker = await SealedBroker.MakeAsync();
        var (place, backup) = ($"tpm:{broker.Sealed},pcrs=7,device={tpm.Address}", broker.Folder.Combine("backup"));
        await broker.InitAsync(place);
        var authority = await File.ReadAllTextAsync(Path.Combine(broker.Data, "ca.pem"), Cancelled);
        await BackupRun.BackupAsync(broker.Settings(place), backup, TimeProvider.System, Cancelled);
        Directory.Delete(broker.Data, recursive: true);
        File.Delete(broker.Sealed);

        var there = $"tpm:{broker.Sealed},pcrs=7,device={other.Address}";
        await broker.RecoverAsync(there, backup);
        await BackupRun.RestoreAsync(broker.Settings(there), backup, TimeProvider.System, Cancelled);
        await BrokerRun.ResetAdminAsync(broker.Settings(there), TimeProvider.System, Cancelled);
        await broker.ShouldServeAsync(there);
        Assert.Equal(authority, await File.ReadAllTextAsync(Path.Combine(broker.Data, "ca.pem"), Cancelled));
    }

    [Fact]
    public async Task Without_a_recovery_key_nothing_is_made()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        using var broker = await SealedBroker.MakeAsync();
        var place = $"tpm:{broker.Sealed},pcrs=7,device={tpm.Address}";

        var refused = await Assert.ThrowsAsync<CofferException>(() => broker.InitAsync(place, withRecovery: false));
        Assert.Equal(ExitStatus.Usage, refused.ExitStatus);
        Assert.Contains("--recovery-key", refused.Hint, StringComparison.Ordinal);
        Assert.False(File.Exists(broker.Sealed));
    }

    [Fact]
    public async Task Another_recovery_key_opens_nothing_and_an_altered_file_is_refused()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        using var broker = await SealedBroker.MakeAsync();
        var place = $"tpm:{broker.Sealed},pcrs=7,device={tpm.Address}";
        await broker.InitAsync(place);
        var before = await File.ReadAllTextAsync(broker.Sealed, Cancelled);
        await broker.GenerateAsync("other", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384");

        var refused = await Assert.ThrowsAsync<CofferException>(() => RootKeyRun.RecoverAsync(place, broker.Folder.Combine("other.pem"), null, null, null, TimeProvider.System, Cancelled));
        Assert.Equal(ExitStatus.NoUsableKey, refused.ExitStatus);
        Assert.Equal(before, await File.ReadAllTextAsync(broker.Sealed, Cancelled));

        var altered = JsonNode.Parse(before)!;
        altered["key_id"] = new string('0', 32);
        await File.WriteAllTextAsync(broker.Sealed, altered.ToJsonString(), Cancelled);
        Assert.Equal(ExitStatus.Integrity, (await Assert.ThrowsAsync<BrokerException>(() => broker.RecoverAsync(place))).ExitStatus);
        Assert.Equal(ExitStatus.Integrity, (await Assert.ThrowsAsync<BrokerException>(() => broker.InitAsync(place))).ExitStatus);
    }

    [Fact]
    public async Task A_file_key_moves_into_the_TPM_and_to_other_registers_and_the_store_stays()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        using var broker = await SealedBroker.MakeAsync();
        var file = broker.Folder.Write("key", new byte[32]);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await broker.InitAsync(file);

        var place = $"tpm:{broker.Sealed},pcrs=7,device={tpm.Address}";
        await RootKeyRun.ResealAsync(file, place, broker.RecoveryPublic, TimeProvider.System, Cancelled);
        await broker.ShouldServeAsync(place);
        await RootKeyRun.ResealAsync($"tpm:{broker.Sealed},pcrs=8,device={tpm.Address}", null, null, TimeProvider.System, Cancelled);
        await tpm.ExtendAsync(7);
        await broker.ShouldServeAsync($"tpm:{broker.Sealed},device={tpm.Address}");
        Assert.Equal(ExitStatus.Usage, (await Assert.ThrowsAsync<CofferException>(() => broker.InitAsync(place))).ExitStatus); // it says pcrs=7
    }

    [Fact]
    public async Task Tpm2_tools_open_what_was_sealed()
    {
        await using var tpm = await SoftwareTpm.StartAsync();
        using var broker = await SealedBroker.MakeAsync();
        var file = broker.Folder.Write("key", [.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RootKeyRun.ResealAsync(file, $"tpm:{broker.Sealed},pcrs=4+7,device={tpm.Address}", broker.RecoveryPublic, TimeProvider.System, Cancelled);
        var content = JsonNode.Parse(await File.ReadAllTextAsync(broker.Sealed, Cancelled))!["sealed"]!;
        foreach (var name in (string[])["public", "private", "ciphertext"]) tpm.Folder.Write(name, Convert.FromBase64String((string)content[name]!));

        byte[] coordinate = [32, 0, .. new byte[128]]; // TPMS_ECC_POINT as it lies in the tool's memory
        tpm.Folder.Write("unique", [.. coordinate, .. coordinate]);
        (await tpm.RunToolAsync("tpm2_createprimary", "-C", "o", "-g", "sha256", "-G", "ecc256:aes128cfb", "-a", ParentAttributes, "-u", "unique", "-c", "parent")).ShouldSucceed();
        (await tpm.RunToolAsync("tpm2_load", "-C", "parent", "-u", "public", "-r", "private", "-c", "key")).ShouldSucceed();
        (await tpm.RunToolAsync("tpm2_flushcontext", "-t")).ShouldSucceed();
        (await tpm.RunToolAsync("tpm2_rsadecrypt", "-c", "key", "-p", "pcr:sha256:4,7", "-s", "oaep", "-o", "opened", "ciphertext")).ShouldSucceed();

        Assert.Equal(await File.ReadAllBytesAsync(file, Cancelled), await File.ReadAllBytesAsync(tpm.Folder.Combine("opened"), Cancelled));
    }

    [Theory]
    [InlineData("tpm:")]
    [InlineData("tpm:FILE")]
    [InlineData("tpm:pcrs=7")]
    [InlineData("tpm:FILE,pcrs=24")]
    [InlineData("tpm:FILE,pcrs=7+7")]
    [InlineData("tpm:FILE,pcrs=7,pcrs=8")]
    [InlineData("tpm:FILE,bank=sha1")]
    [InlineData("tpm:FILE,pcrs")]
    [InlineData("pkcs11:FILE")]
    public async Task What_names_no_place_is_wrong_usage(string text)
    {
        using var broker = await SealedBroker.MakeAsync();
        var refused = await Assert.ThrowsAsync<CofferException>(() => broker.InitAsync(text.Replace("FILE", broker.Sealed, StringComparison.Ordinal)));
        Assert.Equal(ExitStatus.Usage, refused.ExitStatus);
        Assert.False(File.Exists(broker.Sealed));
    }
}
