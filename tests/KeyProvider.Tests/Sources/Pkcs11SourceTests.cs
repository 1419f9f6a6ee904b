using System.Text.Json;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Parameters;
using Coffer.KeyProvider.Sources;
using Coffer.KeyProvider.Sources.Pkcs11;
using Coffer.Pkcs11.Configuration;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Sources;

/// <summary>One token for all, since a process can use softhsm2 with one configuration at a time.</summary>
public sealed class SoftHsmKeys : IDisposable
{
    private Task<SoftHsmToken>? _token;

    public Task<SoftHsmToken> TokenAsync() => _token ??= MakeAsync();

    public void Dispose()
    {
        if (_token is { IsCompletedSuccessfully: true } made) made.Result.Dispose();
    }

    private static async Task<SoftHsmToken> MakeAsync()
    {
        var token = await SoftHsmToken.CreateAsync("coffer keys");
        await token.GenerateAesAsync("a3", "03");
        await token.GenerateAesAsync("b1", "11");
        await token.GenerateAesAsync("short", "12", 16);
        token.Folder.Write("pin", token.Pin);
        return token;
    }
}

[CollectionDefinition(Name)]
public sealed class SoftHsmCollection : ICollectionFixture<SoftHsmKeys>
{
    public const string Name = "softhsm2";
}

/// <summary>The PKCS #11 source keeps the contract, with softhsm2 as the token.</summary>
[Collection(SoftHsmCollection.Name)]
public sealed class Pkcs11SourceTests(SoftHsmKeys softHsm) : KeySourceContract
{
    [Fact]
    public async Task Key_that_the_token_does_not_hold_is_named_and_found_once_it_is_there()
    {
        var token = await softHsm.TokenAsync();
        await using var source = Open(token, ("late/1", KeyFile(token, "late.yaml", "object=late")));
        var failure = await FailsAsync(() => source.WrapAsync(new KeySelection(), Options, default));
        Assert.Equal(FailureReason.Unavailable, failure.Reason);
        Assert.Contains("late/1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("holds no AES key", failure.Message, StringComparison.Ordinal);

        await token.GenerateAesAsync("late", "77");

        Assert.Equal(Options, await source.UnwrapAsync(await source.WrapAsync(new KeySelection(), Options, default), default));
    }

    [Fact]
    public async Task Key_of_another_size_is_refused()
    {
        var token = await softHsm.TokenAsync();
        await using var source = Open(token, ("short", KeyFile(token, "short.yaml", "object=short")));
        Assert.Contains("16 bytes", (await FailsAsync(() => source.WrapAsync(new KeySelection(), Options, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_pin_is_denied_and_not_shown()
    {
        var token = await softHsm.TokenAsync();
        token.Folder.Write("wrong", "0000-wrong");
        await using var source = Open(token, ("a", KeyFile(token, "wrong.yaml", "object=a3", "wrong")));
        var failure = await FailsAsync(() => source.WrapAsync(new KeySelection(), Options, default));
        Assert.Equal(FailureReason.Denied, failure.Reason);
        Assert.DoesNotContain("0000-wrong", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Module_is_not_touched_before_a_key_is_needed()
    {
        var token = await softHsm.TokenAsync();
        var file = token.Folder.Write("unplugged.yaml", $"pkcs11:\n  uri: \"pkcs11:token=none;object=x?module-path={token.ModulePath}\"\nmodule:\n  env:\n    SOFTHSM2_CONF: /nonexistent\n");
        File.SetUnixFileMode(file, KeyFolder.OwnerOnly);
        await using var source = Open(token, ("x", file));
        Assert.Equal(FailureReason.Unavailable, (await FailsAsync(() => source.WrapAsync(new KeySelection(), Options, default))).Reason);
    }

    [Fact]
    public async Task Key_file_with_a_pin_that_others_can_read_is_refused()
    {
        var token = await softHsm.TokenAsync();
        var file = token.Folder.Write("open.yaml", token.KeyFile("object=a3"));
        File.SetUnixFileMode(file, KeyFolder.OwnerOnly | UnixFileMode.OtherRead);
        var failure = Assert.Throws<Coffer.Oci.CofferException>(() => Open(token, ("a", file)));
        Assert.Contains("can be read by others", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"keys":{"a":"/x.yaml","a/1":"/y.yaml"}}""", "stands twice")]
    [InlineData("""{"keys":{"a/0":"/x.yaml"}}""", "ID/VERSION")]
    [InlineData("""{"keys":{"a":"pkcs11:token=t;object=o?pin-value=1234"}}""", "use pin-source")]
    [InlineData("""{"keys":{}}""", "no usable key")]
    [InlineData("{}", "is missing")]
    [InlineData("""{"keys":{"a":"/x.yaml"},"defaultKey":"b"}""", "is not among the keys")]
    public void Wrong_configuration_is_reported_at_its_place(string json, string expected)
    {
        using var document = JsonDocument.Parse(json);
        var problems = new List<string>();
        var section = ConfigSection.Of(document.RootElement, problems);
        _ = Pkcs11Settings.Read(section, "hsm", []);
        section.End();
        Assert.Contains(problems, p => p.Contains(expected, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, p => p.Contains("1234", StringComparison.Ordinal));
    }

    protected override async Task<IKeySource> OpenAsync()
    {
        var token = await softHsm.TokenAsync();
        return Open(token, ("team-a/3", KeyFile(token, "a3.yaml", "object=a3")), ("team-b", KeyFile(token, "b1.yaml", "id=%11")));
    }

    private static string KeyFile(SoftHsmToken token, string name, string path, string pin = "pin")
    {
        var file = token.Folder.Write(name, token.KeyFile(path, $"pin-source={token.Folder.Combine(pin)}"));
        File.SetUnixFileMode(file, KeyFolder.OwnerOnly);
        return file;
    }

    private static Pkcs11Source Open(SoftHsmToken token, params (string Name, string Place)[] keys)
    {
        using var document = JsonDocument.Parse(JsonSerializer.Serialize(new { keys = keys.ToDictionary(k => k.Name, k => k.Place), defaultKey = keys[0].Name.Split('/')[0] }));
        var problems = new List<string>();
        var settings = Pkcs11Settings.Read(ConfigSection.Of(document.RootElement, problems), "hsm", []);
        Assert.Empty(problems);
        return Pkcs11Source.Open(settings, OcicryptConfig.Parse($"pkcs11:\n  allowed-module-paths: [{token.ModulePath}]\n", "test.conf"));
    }
}
