using Coffer.ImageCrypt.Keys;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.Keys;

/// <summary>A folder for key files, openssl to make them, and what the reader said while reading them.</summary>
public abstract class KeyFileFixture : IDisposable
{
    internal TempDirectory Folder { get; } = new();

    internal List<string> Warnings { get; } = [];

    internal List<string> Asked { get; } = [];

    /// <summary>What a person would type; null: nobody is there.</summary>
    internal string? Typed { get; set; }

    internal string At(string name) => Folder.Combine(name);

    internal static void SetMode(string path, UnixFileMode others)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
    }

    internal async Task OpenSslAsync(params string[] arguments) =>
        (await Tool.RunAsync(Peers.Require("openssl"), arguments, new ToolOptions { WorkingDirectory = Folder.Path })).ShouldSucceed();

    internal async Task<IReadOnlyList<Identity>> ReadAsync(string text)
    {
        var reader = new IdentityReader(
            (source, _) =>
            {
                Asked.Add(source);
                return new(Typed is null ? null : System.Text.Encoding.UTF8.GetBytes(Typed));
            },
            Warnings.Add);
        return await reader.ReadAsync(IdentitySpec.Parse(text), CancellationToken.None);
    }

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
