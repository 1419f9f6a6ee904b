using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop;

/// <summary>The published executable, given a recipient's keys.</summary>
internal static class Product
{
    public static Task<ToolResult> EncryptAsync(string source, string destination, Recipient recipient) =>
        RunAsync(recipient, ["encrypt", "--quiet", "--dest-tls-verify=false", .. Each("-e", recipient.Encrypt), source, destination]);

    /// <summary>Decrypts and holds every layer to the image config.</summary>
    public static Task<ToolResult> DecryptAsync(string source, string destination, Recipient recipient) =>
        RunAsync(recipient, ["decrypt", "--quiet", "--verify-diff-ids", "--src-tls-verify=false", .. Each("-d", recipient.Decrypt), source, destination]);

    public static Task<ToolResult> RewrapAsync(string image, Recipient opens, Recipient adds, params string[] more) =>
        RunAsync(adds, ["rewrap", "--quiet", .. Each("-d", opens.Decrypt), .. Each("--add", adds.Encrypt), .. more, image]);

    public static Task<ToolResult> RunAsync(Recipient recipient, params IEnumerable<string> arguments) =>
        Tool.RunAsync(CofferBinary.Require(), arguments, new ToolOptions { Environment = recipient.Environment });

    private static IEnumerable<string> Each(string option, IEnumerable<string> values) => values.SelectMany(v => (string[])[option, v]);
}
