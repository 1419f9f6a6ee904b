using Coffer.Support;

namespace Coffer.Interop.Packaging;

/// <summary>
/// A folder that systemd's tools take for a machine's root: the units of this machine's systemd, ours where the documentation
/// puts them, and something executable under each name that they start.
/// </summary>
internal sealed class SystemRoot : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TempDirectory _folder = new();

    /// <param name="units">Files of units to put there.</param>
    public SystemRoot(params string[] units)
    {
        _ = Peers.Require("systemd-analyze");
        foreach (var unit in Directory.EnumerateFiles("/usr/lib/systemd/system")) Put(File.ReadAllText(unit), "usr/lib/systemd/system", System.IO.Path.GetFileName(unit));
        foreach (var program in (string[])["usr/local/bin/coffer", "bin/kill", "bin/sh", "usr/bin/find"]) File.SetUnixFileMode(Put("", program), Executable);
        foreach (var unit in units) Put(File.ReadAllText(unit), Units, System.IO.Path.GetFileName(unit));
    }

    public static string Units => "etc/systemd/system";

    public void Dispose() => _folder.Dispose();

    /// <summary>Where a path of that root is on this machine.</summary>
    public string Path(string path) => _folder.Combine(path);

    /// <summary>Writes a file and returns its path.</summary>
    public string Put(string content, params string[] name) => _folder.Write(System.IO.Path.Combine(name), content);

    /// <summary>Puts a drop-in beside the unit it belongs to.</summary>
    public void PutDropIn(string unit, string file) => Put(File.ReadAllText(file), Units, $"{unit}.d", System.IO.Path.GetFileName(file));

    public Task<ToolResult> RunAsync(string tool, params string[] arguments) => Peers.RunAsync(tool, [$"--root={_folder}", .. arguments]);

    /// <summary>Fails unless systemd reads the units without a word: what it does not understand it only mentions.</summary>
    public async Task ShouldVerifyAsync(params string[] units)
    {
        var verified = (await RunAsync("systemd-analyze", ["verify", "--man=no", .. units])).ShouldSucceed();
        Assert.Equal("", verified.Error);
    }

    /// <summary>How much of the machine a service could reach, from 0 to 10 as systemd counts it.</summary>
    public async Task<double> ExposureAsync(string service)
    {
        var report = (await RunAsync("systemd-analyze", "security", "--offline=true", "--no-pager", service)).ShouldSucceed().Output;
        var figure = report.Split('\n').Single(l => l.Contains("Overall exposure level", StringComparison.Ordinal)).Split(": ")[1].Split(' ')[0];
        return double.Parse(figure, System.Globalization.CultureInfo.InvariantCulture);
    }
}
