using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Peering;

/// <summary>Another program that encrypts and decrypts images.</summary>
/// <param name="name">Its name in <c>artifacts/peers</c>.</param>
/// <param name="work">Where it may keep what it needs.</param>
internal abstract class Peer(string name, TempDirectory work)
{
    public const string Skopeo118 = "skopeo";
    public const string Skopeo19 = "skopeo-1.9";
    public const string Buildah139 = "buildah";
    public const string Buildah128 = "buildah-1.28";

    /// <summary>All peers of the matrix.</summary>
    public static IReadOnlyList<string> Names { get; } = [Skopeo118, Skopeo19, Buildah139, Buildah128];

    /// <summary>True for the peers that are built on ocicrypt 1.0.3.</summary>
    public static bool IsOld(string name) => name is Skopeo19 or Buildah128;

    /// <summary>True where the peer is a buildah: it takes images apart into its own storage and puts them together anew.</summary>
    public static bool IsBuildah(string name) => name is Buildah139 or Buildah128;

    /// <summary>The peer of that name; where it cannot run the test fails in CI and is skipped elsewhere.</summary>
    public static Peer Get(string name, TempDirectory work) => IsBuildah(name) ? new Buildah(name, work) : new Skopeo(name, work);

    /// <summary>Encrypts for the recipient; layers keep the form they have in the source, if the peer can. Returns the last command's outcome.</summary>
    public abstract Task<ToolResult> EncryptAsync(string source, LayerCompression layers, string destination, Recipient recipient);

    /// <summary>Decrypts with the recipient's keys into a layout, or whatever destination. Returns the last command's outcome.</summary>
    public abstract Task<ToolResult> DecryptAsync(string source, string destination, Recipient recipient);

    /// <summary>Runs the program for the recipient.</summary>
    protected Task<ToolResult> RunAsync(Recipient recipient, params IEnumerable<string> arguments) => RunInAsync(null, recipient, arguments);

    /// <summary>Runs the program for the recipient in a folder.</summary>
    protected Task<ToolResult> RunInAsync(string? folder, Recipient recipient, params IEnumerable<string> arguments) =>
        Tool.RunAsync(Program(), arguments, new ToolOptions
        {
            WorkingDirectory = folder,
            Environment = new Dictionary<string, string?>(recipient.Environment) { ["COFFER_BUILDAH_STORAGE"] = work.Combine("buildah") },
        });

    private string Program() => IsBuildah(name) && !Environment.IsPrivilegedProcess
        ? Missing.Require(null, "root", $"{name} needs it to mount")
        : Peers.Require(name);

    /// <summary>The option before each value.</summary>
    protected static IEnumerable<string> Each(string option, IEnumerable<string> values) => values.SelectMany(v => (string[])[option, v]);
}
