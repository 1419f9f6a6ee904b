using Coffer.KeyProvider.Memory;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Memory;

public sealed class ProcessHardeningTests
{
    [Fact]
    public async Task Core_files_are_off_for_the_process_and_for_its_children()
    {
        var achieved = ProcessHardening.Apply();

        Assert.Equal(new ProcessHardening(CoreFilesOff: true, IsUndumpable: true), achieved);
        Assert.Equal(["0", "0"], CoreLimits(File.ReadAllText("/proc/self/limits")));
        Assert.Equal(["0", "0"], CoreLimits((await Tool.RunAsync("cat", "/proc/self/limits")).ShouldSucceed().Output));
    }

    [Fact]
    public void What_the_runtime_reads_about_itself_stays_readable()
    {
        ProcessHardening.Apply();

        foreach (var file in new[] { "maps", "status", "stat", "statm", "mountinfo", "cgroup", "limits" }) Assert.NotEmpty(File.ReadAllText($"/proc/self/{file}"));
        Assert.NotEmpty(Directory.GetFileSystemEntries("/proc/self/fd"));
        Assert.NotNull(new FileInfo("/proc/self/exe").LinkTarget);
    }

    private static string[] CoreLimits(string limits) =>
        limits.Split('\n').First(l => l.StartsWith("Max core file size", StringComparison.Ordinal))["Max core file size".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2];
}
