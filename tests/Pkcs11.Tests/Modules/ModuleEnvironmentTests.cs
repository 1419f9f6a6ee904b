using Coffer.Pkcs11.Configuration;
using Coffer.Pkcs11.Keys;
using Coffer.Pkcs11.Native;
using Coffer.Support;

namespace Coffer.Pkcs11.Tests.Modules;

[Collection(SoftHsmCollection.Name)]
public sealed class ModuleEnvironmentTests(SoftHsmFixture softHsm)
{
    [Fact]
    public async Task Key_files_with_different_module_configurations_follow_each_other()
    {
        var first = await softHsm.TokenAsync();
        using var second = await SoftHsmToken.CreateAsync("elsewhere");
        await second.GenerateRsaAsync("k", "07", 2048);
        for (var round = 0; round < 2; round++)
        {
            using (Open(first, "object=small"))
                Assert.Equal(first.ConfigPath, LibC.GetEnvironmentVariable("SOFTHSM2_CONF"));
            using (Open(second, "object=k"))
                Assert.Equal(second.ConfigPath, LibC.GetEnvironmentVariable("SOFTHSM2_CONF"));
        }
    }

    [Fact]
    public async Task A_module_in_use_with_another_environment_is_waited_for()
    {
        var first = await softHsm.TokenAsync();
        using var second = await SoftHsmToken.CreateAsync("elsewhere");
        await second.GenerateRsaAsync("k", "07", 2048);
        var held = Open(first, "object=small");
        var waiting = Task.Run(() => Open(second, "object=k"));
        await Task.Delay(200);
        Assert.False(waiting.IsCompleted);
        held.Dispose();
        using var opened = await waiting;
        Assert.Equal(256, opened.ModulusSize);
    }

    [Fact]
    public async Task The_environment_is_put_back_when_the_module_is_left()
    {
        var token = await softHsm.TokenAsync();
        var before = LibC.GetEnvironmentVariable("SOFTHSM2_CONF");
        Open(token, "object=small").Dispose();
        Assert.Equal(before, LibC.GetEnvironmentVariable("SOFTHSM2_CONF"));
    }

    private static Pkcs11RsaKey Open(SoftHsmToken token, string path)
    {
        using var file = Pkcs11KeyFile.Parse(token.KeyFile(path), "key.yaml");
        return Pkcs11RsaKey.OpenPrivate(file, SoftHsmFixture.Allowed(token));
    }
}
