using Coffer.Support;

namespace Coffer.Cli.Tests;

public sealed class DemoTests
{
    [Fact]
    public async Task Demo_tells_the_story_and_leaves_it_where_told()
    {
        using var folder = new TempDirectory();
        using var stdout = new StringWriter();
        using var stderr = new StringWriter();
        var status = await Program.RunAsync(["demo", "--keep", folder.Combine("story")], TextReader.Null, stdout, stderr);
        Assert.True(status == 0, stderr.ToString());
        foreach (var verb in (string[])["encrypt", "inspect", "decrypt", "rewrap", "verify"]) Assert.Contains($"$ coffer {verb} ", stdout.ToString(), StringComparison.Ordinal);
        Assert.Contains("(exit status 3)", stdout.ToString(), StringComparison.Ordinal);
        Assert.False(Path.Exists(folder.Combine("story", "stolen")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.Combine("story", "alice.pem")));
        Assert.Equal(2, await Program.RunAsync(["demo", "--keep", folder.Combine("story")], TextReader.Null, stdout, stderr));
    }
}
