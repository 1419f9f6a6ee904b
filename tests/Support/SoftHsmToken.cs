namespace Coffer.Support;

/// <summary>A software token (softhsm2) of its own in a temporary folder, set up with the tools that its users use.</summary>
public sealed class SoftHsmToken : IDisposable
{
    private readonly TempDirectory _folder = new();

    private SoftHsmToken(string label, string module) => (Label, ModulePath) = (label, module);

    /// <summary>The token's label.</summary>
    public string Label { get; }

    /// <summary>The user PIN.</summary>
    public string Pin { get; } = "1234-user";

    /// <summary>Absolute path of libsofthsm2.so.</summary>
    public string ModulePath { get; }

    /// <summary>The file that SOFTHSM2_CONF must name for this token to be seen.</summary>
    public string ConfigPath => _folder.Combine("softhsm2.conf");

    /// <summary>The folder that goes with the token.</summary>
    public TempDirectory Folder => _folder;

    /// <summary>Path of the module, or null where softhsm2 is not installed.</summary>
    public static string? FindModule() => new[]
    {
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    }.FirstOrDefault(File.Exists);

    /// <summary>Makes a token; without softhsm2 and pkcs11-tool the running test fails in CI and is skipped elsewhere.</summary>
    public static async Task<SoftHsmToken> CreateAsync(string label = "coffer test")
    {
        var module = Missing.Require(FindModule(), "the peer 'softhsm2'", "run scripts/install-peers");
        _ = Peers.Require("pkcs11-tool");
        var token = new SoftHsmToken(label, module);
        Directory.CreateDirectory(token._folder.Combine("tokens"));
        token._folder.Write("softhsm2.conf", $"directories.tokendir = {token._folder.Combine("tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n");
        await token.AddTokenAsync(label);
        return token;
    }

    /// <summary>Adds another token to the same configuration.</summary>
    public async Task AddTokenAsync(string label) => (await Tool.RunAsync(Peers.Require("softhsm2-util"),
        ["--init-token", "--free", "--label", label, "--so-pin", "so-12345678", "--pin", Pin], Options)).ShouldSucceed();

    /// <summary>Makes an RSA key pair in the token. <paramref name="id"/> is hexadecimal.</summary>
    public async Task GenerateRsaAsync(string label, string id, int bits) => (await RunToolAsync(
        "--login", "--pin", Pin, "--keypairgen", "--key-type", $"rsa:{bits}", "--label", label, "--id", id, "--usage-decrypt")).ShouldSucceed();

    /// <summary>Makes an AES key in the token, which never leaves it. <paramref name="id"/> is hexadecimal.</summary>
    public async Task GenerateAesAsync(string label, string id, int bytes = 32) => (await RunToolAsync(
        "--login", "--pin", Pin, "--keygen", "--key-type", $"AES:{bytes}", "--label", label, "--id", id, "--sensitive")).ShouldSucceed();

    /// <summary>Brings a known AES key into the token. <paramref name="id"/> is hexadecimal.</summary>
    public async Task ImportAesAsync(string label, string id, byte[] key) => (await RunToolAsync(
        "--login", "--pin", Pin, "--write-object", _folder.Write($"{label}.bin", key), "--type", "secrkey", "--key-type", $"AES:{key.Length}",
        "--label", label, "--id", id, "--usage-decrypt")).ShouldSucceed();

    /// <summary>The public key as SubjectPublicKeyInfo in DER.</summary>
    public async Task<byte[]> ReadPublicKeyAsync(string id)
    {
        var result = (await RunToolAsync("--read-object", "--type", "pubkey", "--id", id)).ShouldSucceed();
        return result.OutputBytes.ToArray();
    }

    /// <summary>Runs pkcs11-tool on this token.</summary>
    public Task<ToolResult> RunToolAsync(params string[] arguments) => Tool.RunAsync(
        Peers.Require("pkcs11-tool"), ["--module", ModulePath, "--token-label", Label, .. arguments], Options);

    /// <summary>A URI of a key in this token: path attributes such as <c>object=key</c>; the PIN unless told otherwise.</summary>
    public string Uri(string path, string? query = null) =>
        $"pkcs11:token={System.Uri.EscapeDataString(Label)};{path}?module-path={ModulePath}&{query ?? $"pin-value={Pin}"}";

    /// <summary>A key file, as ocicrypt reads it, for such a key.</summary>
    public string KeyFile(string path, string? query = null) =>
        $"pkcs11:\n  uri: \"{Uri(path, query)}\"\nmodule:\n  env:\n    SOFTHSM2_CONF: {ConfigPath}\n";

    /// <summary>What a program must find in its environment to use this token: SOFTHSM2_CONF, and an ocicrypt configuration that allows the module.</summary>
    public ToolOptions Options => new()
    {
        Environment = new Dictionary<string, string?> { ["SOFTHSM2_CONF"] = ConfigPath, ["OCICRYPT_CONFIG"] = "internal" },
    };

    /// <summary>Removes the token.</summary>
    public void Dispose() => _folder.Dispose();
}
