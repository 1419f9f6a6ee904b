using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Peering;

/// <summary>skopeo copies from place to place and encrypts or decrypts on the way.</summary>
internal sealed class Skopeo(string name, TempDirectory work) : Peer(name, work)
{
    // Without the last option plain layers are compressed on their way into a layout.
    private static readonly string[] Copy =
        ["--insecure-policy", "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false", "--dest-oci-accept-uncompressed-layers"];

    public override Task<ToolResult> EncryptAsync(string source, LayerCompression layers, string destination, Recipient recipient) =>
        RunAsync(recipient, [.. Copy, .. Each("--encryption-key", recipient.Encrypt), source, destination]);

    public override Task<ToolResult> DecryptAsync(string source, string destination, Recipient recipient) =>
        RunAsync(recipient, [.. Copy, .. Each("--decryption-key", recipient.Decrypt), source, destination]);
}
