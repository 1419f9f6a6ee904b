using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Pgp;

/// <summary>A GnuPG home of its own, with real gpg; ends the agent that gpg started for it.</summary>
internal sealed class GpgHome : IDisposable
{
    private readonly TempDirectory _temp = new();

    /// <summary>Value for GNUPGHOME.</summary>
    public string Path => _temp.Path;

    public string Combine(string name) => _temp.Combine(name);

    public string Write(string name, ReadOnlySpan<byte> content) => _temp.Write(name, content);

    /// <summary>Runs gpg in this home without asking anybody anything.</summary>
    public async Task<ToolResult> RunAsync(params string[] arguments)
    {
        // Once in hundreds of runs gpg's own agent calls a key that it has just protected corrupted; the next try goes well.
        var result = await RunOnceAsync(arguments);
        for (var attempt = 1; attempt < 3 && result.ExitCode != 0 && result.Error.Contains("Corrupted protection", StringComparison.Ordinal); attempt++)
        {
            result = await RunOnceAsync(arguments);
        }
        return result;
    }

    private async Task<ToolResult> RunOnceAsync(string[] arguments) => await Tool.RunAsync(
        Peers.Require("gpg"),
        ["--batch", "--no-tty", "--yes", "--quiet", "--pinentry-mode", "loopback", "--passphrase", Passphrase, "--trust-model", "always", .. arguments],
        new ToolOptions { Environment = new Dictionary<string, string?> { ["GNUPGHOME"] = Path } });

    /// <summary>Protects every secret key made here; empty for none.</summary>
    public string Passphrase { get; init; } = "";

    /// <summary>Makes a key that signs, with a subkey that encrypts.</summary>
    public async Task MakeKeyAsync(string userId, string primary, string subkey)
    {
        (await RunAsync("--quick-gen-key", userId, primary, "sign", "never")).ShouldSucceed();
        var fingerprint = await FingerprintAsync(userId);
        (await RunAsync("--quick-add-key", fingerprint, subkey, "encr", "never")).ShouldSucceed();
    }

    public async Task<string> FingerprintAsync(string userId)
    {
        var list = (await RunAsync("--with-colons", "--list-keys", "--", userId)).ShouldSucceed().Output;
        return list.Split('\n').First(l => l.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
    }

    /// <summary>The ids of all subkeys, in the order in which they were made.</summary>
    public async Task<string[]> SubkeyIdsAsync(string userId)
    {
        var list = (await RunAsync("--with-colons", "--list-keys", "--", userId)).ShouldSucceed().Output;
        return [.. list.Split('\n').Where(l => l.StartsWith("sub:", StringComparison.Ordinal)).Select(l => l.Split(':')[4])];
    }

    public async Task<byte[]> ExportSecretAsync(string userId, params string[] options) =>
        (await RunAsync([.. options, "--export-secret-keys", "--", userId])).ShouldSucceed().OutputBytes.ToArray();

    /// <summary>What the scheme sees of the environment.</summary>
    public string? Variable(string name) => name == "PATH" ? _temp.Combine("bin") : null;

    /// <summary>Puts a gpg in front that uses this home, since the test process has only one environment.</summary>
    public Func<string, string?> Environment()
    {
        var gpg = Peers.Require("gpg");
        var wrapper = _temp.Write("bin/gpg", $"#!/bin/sh\nGNUPGHOME='{Path}' exec '{gpg}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return Variable;
    }

    public void Dispose()
    {
        Tool.RunAsync("gpgconf", ["--homedir", Path, "--kill", "all"]).GetAwaiter().GetResult();
        _temp.Dispose();
    }
}
