using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Support;

namespace Coffer.Interop.Attested;

/// <summary>
/// An answer of the broker, taken apart without the product: its content key is encrypted to the node's binding key, which tpm2-tools
/// load and use as anybody on the node could.
/// </summary>
internal sealed class SealedKey
{
    private const string Registers = "sha256:0,1,2,3,4,5,6,7,8,9,11,12,13,14,15"; // what the binding key is bound to
    private const string ParentAttributes = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt";

    private readonly JsonNode _jwe;

    private SealedKey(JsonNode jwe) => _jwe = jwe;

    /// <summary>Reads a flattened JWE (RFC 7516 section 7.2.2) that is encrypted with RSA-OAEP-256 and A256GCM.</summary>
    public static SealedKey Parse(string json)
    {
        var jwe = JsonNode.Parse(json)!;
        var header = JsonNode.Parse(Bytes(jwe, "protected"))!;
        Assert.Equal("RSA-OAEP-256", (string?)header["alg"]);
        Assert.Equal("A256GCM", (string?)header["enc"]);
        return new SealedKey(jwe);
    }

    /// <summary>The node's keys are wrapped under its TPM's own: openssl makes a key of none of its files, and of no part of one.</summary>
    public async Task ShouldOpenWithNothingOnDiskAsync(string state, TempDirectory work)
    {
        var ciphertext = work.Write("encrypted-key", Bytes(_jwe, "encrypted_key"));
        var files = Directory.GetFiles(state, "*", SearchOption.AllDirectories);
        Assert.Superset(new HashSet<string?> { "binding.pub", "binding.priv", "ak.pub", "ak.priv" }, files.Select(Path.GetFileName).ToHashSet());
        foreach (var file in files)
        {
            foreach (var form in (string[])["DER", "PEM"])
            {
                var tried = await Tool.RunAsync(
                    Peers.Require("openssl"), ["pkeyutl", "-decrypt", "-inkey", file, "-keyform", form, "-in", ciphertext, "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256"]);
                Assert.NotEqual(0, tried.ExitCode);
            }
        }
    }

    /// <summary>Opens it with the node's files in that TPM, in a session that satisfies the key's policy.</summary>
    public async Task<string> OpenByToolsAsync(SoftwareTpm tpm, string state)
    {
        (await LoadAsync(tpm, state)).ShouldSucceed();
        (await DecryptAsync(tpm)).ShouldSucceed();
        var key = await File.ReadAllBytesAsync(tpm.Folder.Combine("content-key"));
        var plaintext = new byte[Bytes(_jwe, "ciphertext").Length];
        using var cipher = new AesGcm(key, 16);
        cipher.Decrypt(Bytes(_jwe, "iv"), Bytes(_jwe, "ciphertext"), Bytes(_jwe, "tag"), plaintext, Encoding.ASCII.GetBytes((string)_jwe["protected"]!));
        return Encoding.UTF8.GetString(plaintext);
    }

    /// <summary>The key loads still, and decrypts no more: neither in a session of its policy, nor with the empty password.</summary>
    public async Task ShouldNotOpenByToolsAsync(SoftwareTpm tpm, string state)
    {
        (await LoadAsync(tpm, state)).ShouldSucceed();
        var refused = await DecryptAsync(tpm);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("policy check failed", refused.Error, StringComparison.Ordinal);
        var withoutPolicy = await tpm.RunToolAsync("tpm2_rsadecrypt", "-c", "binding.ctx", "-s", "oaep", "-o", "content-key", "encrypted-key");
        Assert.NotEqual(0, withoutPolicy.ExitCode);
        Assert.Contains("auth", withoutPolicy.Error, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Another TPM does not even load the node's files.</summary>
    public static async Task ShouldNotLoadAsync(SoftwareTpm other, string state)
    {
        var refused = await LoadAsync(other, state);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("integrity check failed", refused.Error, StringComparison.Ordinal);
    }

    private static async Task<ToolResult> LoadAsync(SoftwareTpm tpm, string state)
    {
        // The parent is the storage key of the TCG's provisioning guidance: its template has a point of 32 zero bytes each, which the
        // tool reads as TPMS_ECC_POINT lies in its memory.
        byte[] coordinate = [32, 0, .. new byte[128]];
        tpm.Folder.Write("unique", [.. coordinate, .. coordinate]);
        (await tpm.RunToolAsync("tpm2_createprimary", "-C", "o", "-g", "sha256", "-G", "ecc256:aes128cfb", "-a", ParentAttributes, "-u", "unique", "-c", "parent.ctx")).ShouldSucceed();
        (await tpm.RunToolAsync("tpm2_flushcontext", "-t")).ShouldSucceed();
        var loaded = await tpm.RunToolAsync("tpm2_load", "-C", "parent.ctx", "-u", Path.Combine(state, "binding.pub"), "-r", Path.Combine(state, "binding.priv"), "-c", "binding.ctx");
        (await tpm.RunToolAsync("tpm2_flushcontext", "-t")).ShouldSucceed();
        return loaded;
    }

    private async Task<ToolResult> DecryptAsync(SoftwareTpm tpm)
    {
        tpm.Folder.Write("encrypted-key", Bytes(_jwe, "encrypted_key"));
        (await tpm.RunToolAsync("tpm2_startauthsession", "--policy-session", "-S", "session.ctx")).ShouldSucceed();
        // The tool reads eight registers at most by itself; it takes the digest of more.
        (await tpm.RunToolAsync("tpm2_pcrread", Registers, "-o", "registers")).ShouldSucceed();
        var digest = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(tpm.Folder.Combine("registers"))));
        (await tpm.RunToolAsync("tpm2_policypcr", "-S", "session.ctx", "-l", Registers, digest)).ShouldSucceed();
        var decrypted = await tpm.RunToolAsync("tpm2_rsadecrypt", "-c", "binding.ctx", "-p", "session:session.ctx", "-s", "oaep", "-o", "content-key", "encrypted-key");
        await tpm.RunToolAsync("tpm2_flushcontext", "session.ctx");
        await tpm.RunToolAsync("tpm2_flushcontext", "-t");
        return decrypted;
    }

    private static byte[] Bytes(JsonNode jwe, string member)
    {
        var text = (string)jwe[member]!;
        return Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));
    }
}
