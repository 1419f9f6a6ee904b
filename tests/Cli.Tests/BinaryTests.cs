using System.Diagnostics;
using Coffer.Cli.Tests.Scripting;
using Coffer.Support;

namespace Coffer.Cli.Tests;

/// <summary>What only a process of its own can show: signals, terminals, full disks and other users.</summary>
public sealed class BinaryTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public BinaryTests()
    {
        TestKeys.Write(_folder, ["alice"]);
        TestImages.Write(_folder, ["image", "1", "gzip", "plain"]);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Signal_leaves_nothing_at_the_destination(string signal, int expected)
    {
        TestImages.WriteLarge(_folder.Combine("large"), 512L * 1024 * 1024);
        var enc = _folder.Combine("enc");
        var start = new ProcessStartInfo(CofferBinary.Require(), ["encrypt", "-e", $"jwe:{_folder.Combine("alice.pub.pem")}", $"oci:{_folder.Combine("large")}:1", $"oci:{enc}:1"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        while (!process.HasExited && !IsWriting(enc)) await Task.Delay(5);
        (await Tool.RunAsync("/bin/kill", $"-{signal}", $"{process.Id}")).ShouldSucceed();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        Assert.Equal(expected, process.ExitCode);
        Assert.Contains("coffer: error: interrupted; nothing was left at the destination", await error, StringComparison.Ordinal);
        Assert.False(Path.Exists(enc));
    }

    [Theory]
    [InlineData("pass:word", 0)]
    [InlineData("wrong", 3)]
    public async Task Password_is_asked_for_on_the_terminal_without_echo(string password, int expected)
    {
        TestKeys.Write(_folder, ["locked", "rsa", "pass:word"]);
        (await CofferBinary.RunAsync("encrypt", "-e", $"jwe:{_folder.Combine("locked.pub.pem")}", $"oci:{_folder.Combine("image")}:1", $"oci:{_folder.Combine("enc")}:1")).ShouldSucceed();
        const string Terminal = """
            import os, pty, sys
            child, terminal = pty.fork()
            if child == 0:
                os.execv(sys.argv[2], sys.argv[2:])
            seen, told = b"", False
            while True:
                try:
                    piece = os.read(terminal, 4096)
                except OSError:
                    break
                if not piece:
                    break
                seen += piece
                if not told and b"Password for " in seen:
                    told = True
                    os.write(terminal, sys.argv[1].encode() + b"\n")
            sys.stdout.buffer.write(seen)
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            """;
        var result = (await Tool.RunAsync(
            Peers.Require("python3"), ["-c", Terminal, password, CofferBinary.Require(), "verify", "-d", _folder.Combine("locked.pem"), $"oci:{_folder.Combine("enc")}:1"],
            new ToolOptions { Timeout = TimeSpan.FromSeconds(60) })).ShouldExit(expected);
        Assert.Contains($"Password for {_folder.Combine("locked.pem")}: ", result.Output, StringComparison.Ordinal);
        Assert.StartsWith("Password for ", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(password, result.Output.Replace("wrong password", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Full_disk_is_said_in_one_line_and_nothing_is_left()
    {
        var disk = _folder.Combine("disk");
        Directory.CreateDirectory(disk);
        var mounted = await Tool.RunAsync("/bin/mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk);
        Assert.SkipWhen(mounted.ExitCode != 0, "a small file system cannot be mounted here: that takes root");
        try
        {
            TestImages.WriteLarge(_folder.Combine("large"), 8 * 1024 * 1024);
            var result = (await CofferBinary.RunAsync("encrypt", "-e", $"jwe:{_folder.Combine("alice.pub.pem")}", $"oci:{_folder.Combine("large")}:1", $"oci:{disk}/enc:1")).ShouldExit(1);
            Assert.Contains("no space left", result.Error, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(disk));
        }
        finally
        {
            (await Tool.RunAsync("/bin/umount", disk)).ShouldSucceed();
        }
    }

    [Fact]
    public async Task Place_that_may_not_be_written_is_said_in_one_line()
    {
        Assert.SkipWhen(Environment.UserName != "root", "only root can become another user");
        var binary = _folder.Combine("coffer");
        File.Copy(CofferBinary.Require(), binary);
        File.SetUnixFileMode(binary, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        var result = (await Tool.RunAsync(
            "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary, "copy", $"oci:{_folder.Combine("image")}:1", $"oci:{_folder.Combine("out")}:1")).ShouldExit(1);
        Assert.Contains("coffer: error: cannot write oci:", result.Error, StringComparison.Ordinal);
        Assert.Contains("permission denied", result.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(_folder.Combine("out")));
    }

    [Fact]
    public async Task Demo_runs_in_the_executable() => (await CofferBinary.RunAsync("demo")).ShouldSucceed();

    private static bool IsWriting(string layout) =>
        Directory.Exists(layout) && Directory.EnumerateDirectories(layout, ".coffer-tmp-*").Any(HasBytes);

    private static bool HasBytes(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles().Any(f => f.Length > 0);
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }
}
