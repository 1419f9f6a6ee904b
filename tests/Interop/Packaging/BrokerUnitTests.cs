using Coffer.Support;

namespace Coffer.Interop.Packaging;

/// <summary>The broker's units in <c>deploy/systemd</c>, read by systemd's own tools.</summary>
public sealed class BrokerUnitTests : IDisposable
{
    private const string Broker = "coffer-broker.service";
    private const string Backup = "coffer-broker-backup.service";
    private const string Audit = "coffer-broker-audit.service";

    private readonly SystemRoot _root = new([.. Directory.EnumerateFiles(Deployed("systemd"))]);

    public void Dispose() => _root.Dispose();

    [Fact]
    public Task Units_are_understood() => _root.ShouldVerifyAsync([.. Directory.EnumerateFiles(Deployed("systemd")).Select(f => System.IO.Path.GetFileName(f))]);

    [Theory]
    [InlineData(Broker, 1.6)]
    [InlineData(Backup, 1.3)]
    [InlineData(Audit, 1.3)]
    public async Task Services_reach_little(string service, double ceiling) => Assert.InRange(await _root.ExposureAsync(service), 0, ceiling);

    [Theory]
    [InlineData(Broker, "postgres.conf", 1.6)]
    [InlineData(Backup, "postgres.conf", 1.3)]
    [InlineData(Broker, "tpm.conf", 2.2)]
    [InlineData(Backup, "tpm.conf", 1.9)]
    public async Task Drop_in_for_more_is_understood_and_opens_little(string service, string name, double ceiling)
    {
        _root.PutDropIn(service, Deployed("systemd", $"{Broker}.d", name));
        await _root.ShouldVerifyAsync(service);
        Assert.InRange(await _root.ExposureAsync(service), 0, ceiling);
    }

    [Fact]
    public async Task Accounts_and_folders_are_made()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give folders away");
        (await _root.RunAsync("systemd-sysusers", Deployed("sysusers.d", "coffer-broker.conf"))).ShouldSucceed();
        (await _root.RunAsync("systemd-tmpfiles", "--create", Deployed("tmpfiles.d", "coffer-broker.conf"))).ShouldSucceed();

        Assert.EndsWith("nologin", File.ReadLines(_root.Path("etc/passwd")).Single(l => l.StartsWith("coffer-broker:", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal((UnixFileMode)0b111_101_000, File.GetUnixFileMode(_root.Path("etc/coffer-broker")));
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(_root.Path("var/backups/coffer-broker")));
    }

    private static string Deployed(params string[] parts) => RepositoryRoot.Combine(["deploy", .. parts]);
}
