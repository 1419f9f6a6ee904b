using System.Diagnostics;
using System.Text;

namespace Coffer.Support.Tests;

public sealed class ToolTests
{
    [Fact]
    public async Task Streams_and_exit_status_come_back_as_they_were()
    {
        var options = new ToolOptions
        {
            Input = Encoding.UTF8.GetBytes("in"),
            Environment = new Dictionary<string, string?> { ["WORD"] = "env", ["HOME"] = null },
        };
        var result = await Tool.RunAsync("/bin/sh", ["-c", "cat; echo \"$WORD${HOME-gone}$1\" >&2; exit 7", "sh", "a b"], options,
            TestContext.Current.CancellationToken);
        Assert.Equal((7, "in", "envgonea b\n"), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task Program_over_its_time_is_killed_with_its_children()
    {
        using var folder = new TempDirectory();
        var pid = folder.Combine("pid");
        var options = new ToolOptions { Timeout = TimeSpan.FromSeconds(1) };
        await Assert.ThrowsAsync<TimeoutException>(
            () => Tool.RunAsync("/bin/sh", ["-c", $"sleep 600 & echo $! > {pid}; wait"], options, TestContext.Current.CancellationToken));
        var child = (await File.ReadAllTextAsync(pid, TestContext.Current.CancellationToken)).Trim();
        Assert.True(await GoneAsync(child));
    }

    [Fact]
    public async Task Program_that_does_not_read_its_input_is_not_an_error()
    {
        var options = new ToolOptions { Input = new byte[1 << 20] };
        (await Tool.RunAsync("/bin/true", [], options, TestContext.Current.CancellationToken)).ShouldSucceed();
    }

    // A killed process may stand as a zombie until its new parent collects it.
    private static async Task<bool> GoneAsync(string pid)
    {
        for (var wait = Stopwatch.StartNew(); wait.Elapsed < TimeSpan.FromSeconds(10); await Task.Delay(20))
            if (!File.Exists($"/proc/{pid}/stat") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal))
                return true;
        return false;
    }
}
