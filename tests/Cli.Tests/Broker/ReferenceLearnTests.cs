using System.Text.Json.Nodes;
using Coffer.Cli.Tests.Scripting;
using Coffer.Interop.Attested;
using Coffer.Support;

namespace Coffer.Cli.Tests.Broker;

/// <summary>Reference sets proposed from evidence of a software TPM.</summary>
public sealed class ReferenceLearnTests : IAsyncLifetime
{
    private BrokerStory _broker = null!;
    private SoftwareTpm _tpm = null!;

    public async ValueTask InitializeAsync() => (_broker, _tpm) = (await BrokerStory.StartAsync(), await SoftwareTpm.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _tpm.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_set_is_proposed_reviewed_and_put_and_the_next_kernel_added()
    {
        var boot = new BootLog().Kernel("the kernel of this month");
        await boot.BootAsync(_tpm);
        foreach (var register in (int[])[12, 13]) await _tpm.ExtendAsync(register);
        var first = await EvidenceAsync(boot, "first.json");
        var document = _broker.Folder.Combine("node-boot.json");
        var proposed = (await _broker.RunAsync("reference", "learn", "node-boot", "--from-evidence", first, "--registers", "11-12,13", "--out", document)).ShouldSucceed();
        Assert.Empty(proposed.Stdout);
        Assert.Contains($"+ kernel {BootLog.DigestOf("the kernel of this month")}", proposed.Stderr, StringComparison.Ordinal);
        Assert.Contains("+ sha256.12 ", proposed.Stderr, StringComparison.Ordinal);
        Assert.Contains("nothing was stored", proposed.Stderr, StringComparison.Ordinal);
        (await _broker.RunAsync("reference", "show", "node-boot")).ShouldEnd(1);
        (await _broker.RunAsync("reference", "put", document)).ShouldSucceed();

        await _tpm.ResetAsync(cancellationToken: TestContext.Current.CancellationToken);
        var next = new BootLog().Kernel("the next kernel");
        await next.BootAsync(_tpm);
        await _tpm.ExtendAsync(12);
        var second = await EvidenceAsync(next, "second.json");
        var added = Learned(await _broker.RunAsync("reference", "learn", "node-boot", "--from-evidence", second, "--registers", "12", "--json"));
        Assert.Equal(["kernel"], added["added"]!.AsArray().Select(a => (string)a!["place"]!));
        Assert.Empty(added["removed"]!.AsArray());
        Assert.False((bool)added["new"]!);
        var replaced = Learned(await _broker.RunAsync("reference", "learn", "node-boot", "--from-evidence", second, "--registers", "none", "--replace", "--apply", "--json"));
        Assert.Equal(["kernel", "sha256.11", "sha256.12", "sha256.13"], replaced["removed"]!.AsArray().Select(a => (string)a!["place"]!));
        var stored = JsonNode.Parse((await _broker.RunAsync("reference", "show", "node-boot")).ShouldSucceed().Stdout)!;
        Assert.Equal(BootLog.DigestOf("the next kernel"), (string)Assert.Single(stored["values"]!["kernel"]!.AsArray())!);
    }

    [Fact]
    public async Task Evidence_that_does_not_hold_and_wrong_usage_are_told_and_nothing_is_stored()
    {
        var evidence = await EvidenceAsync(null, "evidence.json");
        var forged = _broker.Folder.Write("forged.json", (await File.ReadAllTextAsync(evidence, TestContext.Current.CancellationToken)).Replace("\"nonce\":\"", "\"nonce\":\"x", StringComparison.Ordinal));
        (await _broker.RunAsync("reference", "learn", "x", "--from-evidence", forged, "--apply")).ShouldEnd(4);
        (await _broker.RunAsync("reference", "learn", "x", "--from-evidence", evidence, "--registers", "7-3")).ShouldEnd(2);
        (await _broker.RunAsync("reference", "learn", "x", "--from-evidence", evidence, "--registers", "24")).ShouldEnd(2);
        (await _broker.RunAsync("reference", "learn", "x", "--from-evidence", evidence, "--bank", "sha512")).ShouldEnd(1);
        (await _broker.RunAsync("reference", "show", "x")).ShouldEnd(1);
    }

    private async Task<string> EvidenceAsync(BootLog? boot, string name)
    {
        string[] log = boot is null ? [] : ["--event-log", _broker.Folder.Write($"{name}.log", boot.Bytes)];
        var run = await CommandRun.RunAsync(["attest", "evidence", "--attester", "tpm", "--tpm", _tpm.Address, "--state", _broker.Folder.Combine("node"), .. log]);
        return _broker.Folder.Write(name, run.ShouldSucceed().Stdout);
    }

    private static JsonNode Learned(CommandRun run) => JsonNode.Parse(run.ShouldSucceed().Stdout)!;
}
