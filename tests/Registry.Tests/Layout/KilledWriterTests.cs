using System.Diagnostics;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.Registry.Tests.Layout;

/// <summary>Whenever a writer is killed, what stands at its destination is the old image or the new one, whole.</summary>
public sealed class KilledWriterTests : IDisposable
{
    private const int Seed = 20261122;
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_writer_killed_at_any_moment_leaves_whole_images()
    {
        var rounds = Environment.GetEnvironmentVariable("COFFER_SOAK") == "1" ? 200 : 10;
        var random = new Random(Seed);
        var known = new HashSet<string>();
        for (var round = 0; round < rounds; round++)
        {
            await RunAndKillAsync(random.Next(0, 100), round % 2 == 0 ? LayoutIndex : Traces);
            known = await CheckAsync(known, round);
        }
        Assert.NotEmpty(known);
        // What the dead left goes with the next job.
        await Copying.CopyAsync($"oci:{_temp.Combine("layout")}:changing", $"oci:{_temp.Combine("layout")}:last");
        Assert.Empty(Directory.EnumerateDirectories(_temp.Combine("layout"), ".coffer-tmp-*"));
    }

    private async Task RunAndKillAsync(int milliseconds, Func<string> sign)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Started by "dotnet Registry.Tests.dll" the process is dotnet, and needs to be told which assembly.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(KilledWriterTests).Assembly.Location);
        foreach (var argument in (string[])["--filter-method", $"{typeof(EndlessWriter).FullName}.{nameof(EndlessWriter.Images_are_written_until_the_process_is_killed)}", "--explicit", "only"]) start.ArgumentList.Add(argument);
        start.Environment[EndlessWriter.Variable] = _temp.Path;
        var before = sign();
        using var writer = Process.Start(start)!;
        try
        {
            // The moment counts from a sign of its writing, not from a start that takes longer than the work.
            var patience = Stopwatch.StartNew();
            while (sign() == before)
            {
                Assert.False(writer.HasExited, "the writer stopped by itself");
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "the writer does not begin");
                await Task.Delay(1);
            }
            await Task.Delay(milliseconds);
            Assert.False(writer.HasExited, "the writer stopped by itself");
        }
        finally
        {
            writer.Kill();
            await writer.WaitForExitAsync();
        }
    }

    // Half of the writers die soon after a commit, the others soon after their first file.
    private string LayoutIndex() => File.Exists(_temp.Combine("layout", "index.json")) ? File.ReadAllText(_temp.Combine("layout", "index.json")) : "";

    private string Traces()
    {
        try { return string.Join('\n', Directory.EnumerateFileSystemEntries(_temp.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)); }
        catch (DirectoryNotFoundException) { return "a directory went while it was looked at"; }
    }

    /// <summary>Checks everything that can be seen and returns the names in the layout, of which none may ever be lost.</summary>
    private async Task<HashSet<string>> CheckAsync(HashSet<string> known, int round)
    {
        var names = new HashSet<string>();
        var index = _temp.Combine("layout", "index.json");
        if (File.Exists(index))
        {
            using var json = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(index));
            foreach (var entry in json.RootElement.GetProperty("manifests").EnumerateArray())
            {
                var name = entry.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString()!;
                Assert.True(await WholeAsync($"oci:{_temp.Combine("layout")}:{name}"), $"round {round}: {name} is not whole");
                names.Add(name);
            }
        }
        Assert.Superset(known, names);
        if (File.Exists(_temp.Combine("image.tar"))) Assert.True(await WholeAsync($"oci-archive:{_temp.Combine("image.tar")}:1"));
        if (File.Exists(_temp.Combine("dir", "manifest.json"))) Assert.True(await WholeAsync($"dir:{_temp.Combine("dir")}"));
        return names;
    }

    private static async Task<bool> WholeAsync(string location)
    {
        await using var source = await ImageLocation.Parse(location).OpenSourceAsync(new RegistryOptions(), CancellationToken.None);
        var manifest = Manifest.Parse(await source.GetRootAsync(CancellationToken.None));
        foreach (var blob in manifest.Layers.Prepend(manifest.Config))
        {
            await using var stream = await source.OpenBlobAsync(blob, CancellationToken.None);
            await stream.CopyToAsync(Stream.Null);
        }
        return manifest.Layers.Count == 3;
    }
}
