using Coffer.KeyBroker.Hosting;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.RootKeys;

/// <summary>A root key that a key in a softhsm2 token unwraps.</summary>
public sealed class Pkcs11RootKeyTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Theory]
    [InlineData("type=secret-key;object=wrap", "aes-256-gcm")]
    [InlineData("type=private;object=pair", "rsa-oaep")]
    public async Task A_key_of_a_token_opens_it(string path, string mechanism)
    {
        using var token = await SoftHsmToken.CreateAsync();
        await token.GenerateAesAsync("wrap", "01");
        await token.GenerateRsaAsync("pair", "02", 2048);
        using var broker = await SealedBroker.MakeAsync();
        var place = $"pkcs11:{broker.Sealed},key={KeyFile(broker, token, path)}";

        await broker.InitAsync(place);
        await broker.ShouldServeAsync(place);

        var content = await File.ReadAllTextAsync(broker.Sealed, TestContext.Current.CancellationToken);
        Assert.Contains(mechanism, content, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Pin, content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_token_stops_the_broker_and_the_recovery_key_moves_to_another()
    {
        using var token = await SoftHsmToken.CreateAsync();
        await token.GenerateAesAsync("wrap", "01");
        using var broker = await SealedBroker.MakeAsync();
        var place = $"pkcs11:{broker.Sealed},key={KeyFile(broker, token, "object=wrap")}";
        await broker.InitAsync(place);

        using var other = await SoftHsmToken.CreateAsync("another");
        await other.GenerateAesAsync("wrap", "01");
        var there = $"pkcs11:{broker.Sealed},key={KeyFile(broker, other, "object=wrap")}";
        Assert.Contains("not the one that wrapped it", (await broker.ShouldNotServeAsync(there)).Message, StringComparison.Ordinal);

        await broker.RecoverAsync(there);
        await broker.ShouldServeAsync(there);
        await broker.ShouldNotServeAsync(place);
    }

    [Fact]
    public async Task A_wrong_PIN_is_said_and_a_key_file_open_to_others_is_refused()
    {
        using var token = await SoftHsmToken.CreateAsync();
        await token.GenerateAesAsync("wrap", "01");
        using var broker = await SealedBroker.MakeAsync();
        var file = KeyFile(broker, token, "object=wrap");
        var place = $"pkcs11:{broker.Sealed},key={file}";
        await broker.InitAsync(place);

        File.SetUnixFileMode(file, Private | UnixFileMode.OtherRead);
        Assert.Contains("open to others", (await broker.ShouldNotServeAsync(place)).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, token.KeyFile("object=wrap", "pin-value=wrong"), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, Private);
        Assert.Contains("CKR_PIN_INCORRECT", (await broker.ShouldNotServeAsync(place)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_recovery_key_nothing_is_made()
    {
        using var token = await SoftHsmToken.CreateAsync();
        await token.GenerateAesAsync("wrap", "01");
        using var broker = await SealedBroker.MakeAsync();

        var refused = await Assert.ThrowsAsync<CofferException>(() => broker.InitAsync($"pkcs11:{broker.Sealed},key={KeyFile(broker, token, "object=wrap")}", withRecovery: false));
        Assert.Equal(ExitStatus.Usage, refused.ExitStatus);
        Assert.False(File.Exists(broker.Sealed));
    }

    private static string KeyFile(SealedBroker broker, SoftHsmToken token, string path)
    {
        var pin = broker.Folder.Write($"pin-{token.Label.Length}", token.Pin + "\n");
        var file = broker.Folder.Write($"key-{token.Label.Length}.yaml", token.KeyFile(path, $"pin-source={pin}"));
        File.SetUnixFileMode(file, Private);
        return file;
    }
}
