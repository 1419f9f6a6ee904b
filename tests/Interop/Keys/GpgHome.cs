using Coffer.Support;

namespace Coffer.Interop.Keys;

/// <summary>A home of gpg. Peers read its public keys all together, so keys of different kinds are kept apart.</summary>
internal sealed class GpgHome : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();

    /// <summary>What GNUPGHOME has to name.</summary>
    public string Path => _folder.Path;

    /// <summary>Makes a key that signs and a subkey that encrypts, and returns both as a secret keyring in binary form.</summary>
    public async Task<ReadOnlyMemory<byte>> GenerateAsync(string address, string primary, string subkey)
    {
        await RunAsync("--quick-generate-key", $"Interop <{address}>", primary, "sign", "never");
        var listed = await RunAsync("--with-colons", "--list-keys", $"<{address}>");
        var fingerprint = listed.Output.Split('\n').First(l => l.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
        await RunAsync("--quick-add-key", fingerprint, subkey, "encr", "never");
        return (await RunAsync("--export-secret-keys", fingerprint)).OutputBytes;
    }

    public async ValueTask DisposeAsync()
    {
        await Tool.RunAsync("gpgconf", "--homedir", Path, "--kill", "gpg-agent");
        _folder.Dispose();
    }

    private async Task<ToolResult> RunAsync(params string[] arguments) => (await Tool.RunAsync(
        Peers.Require("gpg"), ["--homedir", Path, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", .. arguments])).ShouldSucceed();
}
