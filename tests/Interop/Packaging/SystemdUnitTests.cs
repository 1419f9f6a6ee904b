namespace Coffer.Interop.Packaging;

/// <summary>The systemd units, drop-ins and accounts, read by systemd's own tools.</summary>
public sealed class SystemdUnitTests : IDisposable
{
    private const string Service = "coffer-keyprovider.service";
    private const string Socket = "coffer-keyprovider.socket";

    private readonly SystemRoot _root = new(Samples.Path("systemd", Service), Samples.Path("systemd", Socket));

    public void Dispose() => _root.Dispose();

    [Fact]
    public Task Units_are_understood() => _root.ShouldVerifyAsync(Service, Socket);

    [Fact]
    public async Task Misspelt_line_would_be_seen()
    {
        _root.Put(Samples.Text("systemd", Service).Replace("LockPersonality=", "LockPersonalty=", StringComparison.Ordinal), SystemRoot.Units, Service);
        var verified = await _root.RunAsync("systemd-analyze", "verify", "--man=no", Service);
        Assert.Contains("LockPersonalty", verified.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_reaches_next_to_nothing() => Assert.InRange(await _root.ExposureAsync(Service), 0, 0.5);

    [Theory]
    [InlineData("token.conf", 1.0)]
    [InlineData("network.conf", 1.3)]
    public async Task Drop_in_for_more_is_understood_and_opens_little(string name, double ceiling)
    {
        var before = await _root.ExposureAsync(Service);
        _root.PutDropIn(Service, Samples.Path("systemd", $"{Service}.d", name));
        await _root.ShouldVerifyAsync(Service);
        Assert.InRange(await _root.ExposureAsync(Service), before + 0.01, ceiling);
    }

    // CRI-O is in no Debian: a stand-in takes the drop-in. containerd's own unit is held to it where containerd is installed.
    [Theory]
    [InlineData("crio.service")]
    [InlineData("containerd.service")]
    public async Task Drop_in_for_a_runtime_is_understood_and_names_the_configuration(string unit)
    {
        _root.Put("[Service]\nType=notify\nExecStart=/usr/local/bin/coffer\n", SystemRoot.Units, unit);
        _root.PutDropIn(unit, Samples.Path("systemd", $"{unit}.d", "coffer.conf"));
        await _root.ShouldVerifyAsync(unit);
        Assert.Contains("Environment=OCICRYPT_KEYPROVIDER_CONFIG=/etc/coffer/ocicrypt_keyprovider.json\n", Samples.Text("systemd", $"{unit}.d", "coffer.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_and_folders_are_made()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give folders away");
        (await _root.RunAsync("systemd-sysusers", Samples.Path("sysusers.d", "coffer.conf"))).ShouldSucceed();
        (await _root.RunAsync("systemd-tmpfiles", "--create", Samples.Path("tmpfiles.d", "coffer.conf"))).ShouldSucceed();

        var account = File.ReadLines(_root.Path("etc/passwd")).Single(l => l.StartsWith("coffer:", StringComparison.Ordinal)).Split(':');
        Assert.EndsWith("nologin", account[^1], StringComparison.Ordinal);
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(_root.Path("etc/coffer/keys")));
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(_root.Path("run/coffer")));
    }
}
