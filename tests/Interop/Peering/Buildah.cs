using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Peering;

/// <summary>
/// buildah unpacks an image into its storage when it pulls, decrypting, and packs it again when it pushes, encrypting:
/// the tar inside each layer is the same afterwards, its compression is not.
/// </summary>
internal sealed class Buildah(string name, TempDirectory work) : Peer(name, work)
{
    public override async Task<ToolResult> EncryptAsync(string source, LayerCompression layers, string destination, Recipient recipient)
    {
        var pulled = await FetchAsync("pull", source, recipient, []);
        return pulled.ExitCode != 0 ? pulled : await RunAsync(recipient,
            ["push", "-q", "--tls-verify=false", .. Form(layers), .. Each("--encryption-key", recipient.Encrypt), Name(pulled), destination]);
    }

    public override async Task<ToolResult> DecryptAsync(string source, string destination, Recipient recipient)
    {
        var pulled = await FetchAsync("pull", source, recipient, recipient.Decrypt);
        return pulled.ExitCode != 0 ? pulled : await RunAsync(recipient, "push", "-q", Name(pulled), destination);
    }

    /// <summary>Makes a container from an encrypted image and runs a command in it, without a runtime: isolation by chroot.</summary>
    public async Task<ToolResult> StartAsync(string source, Recipient recipient, params string[] command)
    {
        var made = await FetchAsync("from", source, recipient, recipient.Decrypt);
        if (made.ExitCode != 0)
            return made;
        var container = Name(made);
        var ran = await RunAsync(recipient, ["run", "--isolation", "chroot", container, "--", .. command]);
        (await RunAsync(recipient, "rm", container)).ShouldSucceed();
        return ran;
    }

    // buildah names an image after the path of its layout, and 1.28 takes only lower case there: so the path is kept short.
    private Task<ToolResult> FetchAsync(string verb, string source, Recipient recipient, string[] keys)
    {
        var folder = source.StartsWith("oci:/", StringComparison.Ordinal) ? Path.GetDirectoryName(source["oci:".Length..]) : null;
        var image = folder is null ? source : $"oci:{Path.GetFileName(source)}";
        return RunInAsync(folder, recipient, [verb, "-q", "--tls-verify=false", .. Each("--decryption-key", keys), image]);
    }

    // The last line: with pkcs11 keys a note about their support comes first.
    private static string Name(ToolResult result) => result.Output.Trim().Split('\n')[^1];

    private static string[] Form(LayerCompression layers) => layers switch
    {
        LayerCompression.None => ["--disable-compression"],
        LayerCompression.Zstd => ["--compression-format", "zstd"],
        _ => ["--compression-format", "gzip"],
    };
}
