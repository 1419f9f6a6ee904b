using Coffer.Support;

namespace Coffer.Interop.Attested;

/// <summary>What a machine's event log says of its boot, replayed to what its TPM quotes, is what policies go by.</summary>
public sealed class MeasuredBootTests
{
    private const string Kernel = "the kernel of this month", Other = "some other kernel";
    private const string Policy = """
        {"name":"tpm-node","resources":["default/image-kek/*"],"effect":"allow","when":{"all":[{"tee":"tpm"},{"host":{"state":"approved"}},
        {"claim":"tpm.boot.kernel","in_reference":{"set":"node-boot","values":"kernel"}}]}}
        """;

    [Fact]
    public async Task Key_opens_for_a_kernel_of_the_reference_set_until_the_set_expires()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        var boot = new BootLog().Kernel(Kernel);
        await boot.BootAsync(site.Node.Tpm);
        await site.Broker.PutPolicyAsync(Policy);
        await PutReferenceAsync(site, TimeSpan.FromHours(1));

        Assert.Equal("thirty-two bytes of a layer key.", (await GetAsync(site, boot, path)).ShouldSucceed().Output);
        await site.ShouldHaveDeniedAsync(await site.Node.TryGetAsync(path), "tpm.boot.kernel"); // without its log a machine says nothing of its kernel

        var lifetime = TimeSpan.FromSeconds(2);
        await PutReferenceAsync(site, lifetime);
        await Task.Delay(lifetime, TestContext.Current.CancellationToken);
        await site.ShouldHaveDeniedAsync(await GetAsync(site, boot, path), "expired");
    }

    [Fact]
    public async Task Key_stays_closed_for_another_kernel_and_for_a_log_that_tells_another()
    {
        await using var site = await Site.StartAsync();
        var path = await site.PutKeyAsync();
        var boot = new BootLog().Kernel(Other);
        await boot.BootAsync(site.Node.Tpm);
        await site.Broker.PutPolicyAsync(Policy);
        await PutReferenceAsync(site, TimeSpan.FromHours(1));

        await site.ShouldHaveDeniedAsync(await GetAsync(site, boot, path), BootLog.DigestOf(Other));
        await site.ShouldHaveDeniedAsync(await GetAsync(site, new BootLog().Kernel(Kernel), path), "tpm.boot.kernel");
    }

    private static Task<ToolResult> GetAsync(Site site, BootLog boot, string path) =>
        site.Node.TryAsync(["attest", "get", .. site.Node.MachineFlags, "--event-log", site.Folder.Write("event-log", boot.Bytes), path]);

    private static Task<string> PutReferenceAsync(Site site, TimeSpan lifetime)
    {
        var expires = (TimeProvider.System.GetUtcNow() + lifetime).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var set = $$$"""{"name":"node-boot","expires":"{{{expires}}}","values":{"kernel":["{{{BootLog.DigestOf(Kernel)}}}"]}}""";
        return site.Broker.RunAsync("broker", "reference", "put", site.Folder.Write("node-boot.json", set));
    }
}
