using Coffer.Interop.Keys;
using Coffer.Interop.Images;
using Coffer.Support;

namespace Coffer.Interop.Attested;

/// <summary>One unwrap is one trace, from the key provider through the broker to its store, as a collector gets it of both processes.</summary>
public sealed class TraceTests(Bench bench) : IDisposable
{
    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unwrap_is_one_trace_through_both_processes(bool daemon)
    {
        await using var receiver = new TraceReceiver();
        await using (var site = await Site.StartAsync("--traces", receiver.Address.AbsoluteUri))
        {
            var encrypted = $"oci:{_work.Combine("encrypted")}:1";
            (await Product.EncryptAsync(bench.Originals.Location(LayerCompression.Gzip), encrypted, site.Owner)).ShouldSucceed();
            (await Product.DecryptAsync(encrypted, $"oci:{_work.Combine("opened")}:1", daemon ? await site.Node.ServeAsync(flags: ["--traces", receiver.Address.AbsoluteUri]) : await CommandAsync(site, receiver))).ShouldSucceed();
            await site.Node.StopAsync();
            await site.Broker.StopAsync();
        }

        var root = receiver.Spans.First(s => s.Name == "unwrap" && Below(receiver, s).Any(b => b.Name == "attest"));
        Assert.Equal("", root.Parent);
        var attest = Below(receiver, root).Single(s => s.Name == "attest");
        Assert.Equal("unwrap", ParentOf(receiver, attest).Name);
        Assert.Equal("attest", ParentOf(receiver, Below(receiver, root).Single(s => s.Name == "evidence")).Name);
        foreach (var (name, around) in new[] { ("POST /kbs/v0/auth", "attest"), ("POST /kbs/v0/attest", "attest"), ("GET /kbs/v0/resource/{*path}", "resource") })
        {
            var served = Below(receiver, root).Single(s => s.Name == name);
            Assert.Contains("coffer-broker", served.Service, StringComparison.Ordinal);
            Assert.Contains(Below(receiver, served), s => s.Name.StartsWith("store ", StringComparison.Ordinal));
            var asked = ParentOf(receiver, served);
            Assert.Contains("coffer-keyprovider", asked.Service, StringComparison.Ordinal);
            Assert.Equal(around, ParentOf(receiver, asked).Name);
        }
        Assert.Equal("resource", ParentOf(receiver, Below(receiver, root).Single(s => s.Name == "unseal")).Name);
        Assert.All(receiver.Spans, s => Assert.DoesNotContain("image-kek", s.Text, StringComparison.Ordinal));
    }

    private async Task<Recipient> CommandAsync(Site site, TraceReceiver receiver)
    {
        var config = (await CofferBinary.RunAsync(
            ["keyprovider", "config", "--cmd", "--broker", site.Broker.Url, "--broker-ca", site.Broker.CaFile, "--attester", "tpm", "--traces", receiver.Address.AbsoluteUri, .. site.Node.MachineFlags])).ShouldSucceed();
        return site.Owner with { Environment = new Dictionary<string, string?> { ["OCICRYPT_KEYPROVIDER_CONFIG"] = _work.Write("cmd.json", config.Output) } };
    }

    private static ReceivedSpan ParentOf(TraceReceiver receiver, ReceivedSpan span) => receiver.Spans.Single(s => s.Trace == span.Trace && s.Id == span.Parent);

    private static IEnumerable<ReceivedSpan> Below(TraceReceiver receiver, ReceivedSpan span) =>
        receiver.Spans.Where(s => s.Trace == span.Trace && s.Parent == span.Id).SelectMany(s => Below(receiver, s).Prepend(s));
}
