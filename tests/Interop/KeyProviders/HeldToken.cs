using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.KeyProviders;

/// <summary>
/// A key provider whose key lives in a token that can be made to hang and can be taken away: softhsm2 behind a module of the test's
/// own, which does not begin to decrypt while a certain file is there.
/// </summary>
internal sealed class HeldToken : IAsyncDisposable
{
    public const string KeyName = "coffer-pkcs11:///team-t/1";

    private readonly SoftHsmToken _token;
    private readonly Dictionary<string, string?> _environment = [];
    private CofferDaemon? _daemon;

    private HeldToken(SoftHsmToken token) => _token = token;

    private string Hold => _token.Folder.Combine("hold");

    private string Configuration => _token.Folder.Combine("keyprovider.json");

    private string Socket => _token.Folder.Combine("kp.sock");

    /// <summary>Makes token, key and module, and starts the daemon.</summary>
    /// <param name="callTimeout">The longest time for one call to the token.</param>
    public static async Task<HeldToken> StartAsync(string callTimeout)
    {
        var held = new HeldToken(await SoftHsmToken.CreateAsync("held"));
        await held._token.GenerateAesAsync("team-t", "21");
        await held.MakeModuleAsync();
        held.Configure(callTimeout);
        held._daemon = await CofferDaemon.StartAsync(held._environment, ["keyprovider", "serve", "--config", held.Configuration, "--socket", held.Socket]);
        return held;
    }

    /// <summary>From now on the token does not answer; <see cref="LetGo"/> ends that.</summary>
    public void Hang() => File.WriteAllText(Hold, "");

    public void LetGo() => File.Delete(Hold);

    /// <summary>The token is pulled out; <see cref="PutBack"/> ends that.</summary>
    public void TakeAway() => Directory.Move(_token.Folder.Combine("tokens"), _token.Folder.Combine("away"));

    public void PutBack()
    {
        Directory.Move(_token.Folder.Combine("away"), _token.Folder.Combine("tokens"));
    }

    /// <summary>Who encrypts and decrypts with that key.</summary>
    public async Task<Recipient> RecipientAsync(Transport transport)
    {
        string[] how = transport is Transport.Socket ? ["--socket", Socket] : ["--cmd", "--config", Configuration];
        var printed = await CofferBinary.RunAsync(new ToolOptions { Environment = _environment }, ["keyprovider", "config", .. how]);
        var file = _token.Folder.Write($"{transport}.json", printed.ShouldSucceed().Output);
        return new Recipient("coffer", ["provider:coffer"], ["provider:coffer"], "provider.coffer")
        {
            Environment = new Dictionary<string, string?>(_environment) { ["OCICRYPT_KEYPROVIDER_CONFIG"] = file },
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        _token.Dispose();
    }

    private void Configure(string callTimeout)
    {
        var folder = _token.Folder;
        _environment["OCICRYPT_CONFIG"] = folder.Write("ocicrypt.conf", $"pkcs11:\n  module-directories: [{folder.Path}]\n  allowed-module-paths: [{folder.Combine("held.so")}]\n");
        folder.Write("pin", _token.Pin);
        var uri = $"pkcs11:token={_token.Label};object=team-t?module-path={folder.Combine("held.so")}&pin-source={folder.Combine("pin")}";
        folder.Write("team-t.yaml", $"pkcs11:\n  uri: \"{uri}\"\nmodule:\n  env:\n    SOFTHSM2_CONF: {_token.ConfigPath}\n");
        folder.Write("keyprovider.json", $$"""{"sources":{"hsm":{"type":"pkcs11","keys":{"team-t":"team-t.yaml"} } },"callTimeout":"{{callTimeout}}"}""");
        foreach (var name in (string[])["pin", "team-t.yaml", "keyprovider.json"]) File.SetUnixFileMode(folder.Combine(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    // C_DecryptInit is the 34th of the functions in a PKCS #11 2.40 list.
    private async Task MakeModuleAsync()
    {
        var source = _token.Folder.Write("held.c", """
            #include <dlfcn.h>
            #include <unistd.h>
            typedef unsigned long rv;
            typedef struct { unsigned char version[2]; void *functions[68]; } list;
            static list *real, ours;
            static rv decrypt_init(unsigned long session, void *mechanism, unsigned long key) {
                while (access(HOLD, F_OK) == 0) usleep(10000);
                return ((rv (*)(unsigned long, void *, unsigned long))real->functions[33])(session, mechanism, key);
            }
            rv C_GetFunctionList(list **out) {
                rv (*get)(list **) = (rv (*)(list **))dlsym(dlopen(MODULE, RTLD_NOW), "C_GetFunctionList");
                rv result = get(&real);
                ours = *real;
                ours.functions[33] = decrypt_init;
                *out = &ours;
                return result;
            }
            """);
        (await Tool.RunAsync(
            Peers.Require("gcc"), "-shared", "-fPIC", "-o", _token.Folder.Combine("held.so"), $"-DHOLD=\"{Hold}\"", $"-DMODULE=\"{_token.ModulePath}\"", source, "-ldl")).ShouldSucceed();
    }
}
