using System.Diagnostics;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Hosting;

public sealed class WorkingFolderTests
{
    private const string FromNowhere = """cd "$1" && rmdir "$1" && shift && exec "$@" """;

    [Fact]
    public async Task A_broker_starts_where_the_folder_that_it_was_started_in_is_gone()
    {
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.Combine("gone"));
        var start = new ProcessStartInfo("/bin/sh", ["-c", FromNowhere, "sh", folder.Combine("gone"), CofferBinary.Require(), "broker", "serve", "--data", folder.Combine("data"), "--listen", "127.0.0.1:0", "--metrics", $"unix:{folder.Combine("metrics")}"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var said = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            if (said != "ready") Assert.Fail(await errors);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
