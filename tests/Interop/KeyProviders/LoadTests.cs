using System.Globalization;
using System.Text;
using System.Text.Json;
using Coffer.Support;

namespace Coffer.Interop.KeyProviders;

/// <summary>Many unwraps over many connections: every one is answered, and the daemon's memory does not grow with them.</summary>
public sealed class LoadTests
{
    private const int Connections = 32;
    private const long MaxGrowth = 48L * 1024 * 1024; // a leak of half a kilobyte a call shows in a long run

    private static readonly string PrivateOptions =
        $$$"""{"symkey":"{{{Convert.ToBase64String(new byte[32])}}}","digest":"sha256:{{{new string('0', 64)}}}","cipheroptions":{"hmac":"{{{Convert.ToBase64String(new byte[32])}}}","nonce":"{{{Convert.ToBase64String(new byte[16])}}}"}}""";

    [Fact]
    public async Task Memory_stays_flat()
    {
        var calls = Fuzzing.IsSoak ? 100_000 : 6_000;
        using var work = new TempDirectory();
        await using var node = await Installation.StartAsync();
        var request = work.Write("request.json", await UnwrapRequestAsync(node));
        await CountAsync(node, request, calls / 3); // the pools and caches of a busy server
        var before = node.Daemon!.ResidentBytes;

        Assert.Equal(calls, await CountAsync(node, request, calls));

        var after = node.Daemon.ResidentBytes;
        Assert.True(after - before < MaxGrowth, $"resident memory grew from {before} to {after} bytes in {calls} calls");
        TestContext.Current.TestOutputHelper?.WriteLine($"{calls} unwraps over {Connections} connections: resident {before / 1048576} MiB before, {after / 1048576} MiB after");
    }

    private static async Task<int> CountAsync(Installation node, string request, int calls)
    {
        var program = Missing.Require(
            File.Exists(Program) ? Program : null, "bench/KeyProviderLoad", "dotnet build Coffer.slnx");
        var options = new ToolOptions { Timeout = TimeSpan.FromMinutes(20) };
        var ran = await Tool.RunAsync(program, ["count", node.Socket, request, Connections.ToString(CultureInfo.InvariantCulture), calls.ToString(CultureInfo.InvariantCulture)], options);
        return int.Parse(ran.ShouldSucceed().Output, CultureInfo.InvariantCulture);
    }

    private static string Program => RepositoryRoot.Combine("artifacts", "bin", "KeyProviderLoad", "debug", "keyprovider-load");

    // The packet comes from the command itself: one wrap.
    private static async Task<string> UnwrapRequestAsync(Installation node)
    {
        var wrap = $$$"""{"op":"keywrap","keywrapparams":{"ec":{"Parameters":{"coffer":["RW5hYmxlZA=="]}},"optsdata":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(PrivateOptions))}}}"},"keyunwrapparams":{"dc":null,"annotation":null}}""";
        var options = new ToolOptions { Input = Encoding.UTF8.GetBytes(wrap) };
        var answer = await CofferBinary.RunAsync(options, "keyprovider", "exec", "--local-keys", node.Keys, "--default-key", Installation.TeamA);
        using var json = JsonDocument.Parse(answer.ShouldSucceed().Output);
        var packet = json.RootElement.GetProperty("keywrapresults").GetProperty("annotation").EnumerateArray().Select(b => b.GetByte()).ToArray();
        return $$$"""{"op":"keyunwrap","keywrapparams":{"ec":null,"optsdata":null},"keyunwrapparams":{"dc":{"Parameters":{"coffer":["RW5hYmxlZA=="]}},"annotation":"{{{Convert.ToBase64String(packet)}}}"}}""";
    }
}
