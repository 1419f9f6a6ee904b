using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Tests.Running;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Hosting;

/// <summary>What stands in a broker's data folder, and what becomes of it.</summary>
public sealed class DataFolderTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private BrokerSettings Settings => new() { DataFolder = _folder.Combine("data"), Listen = ["127.0.0.1:0"] };

    private string At(string name) => _folder.Combine("data", name);

    public void Dispose() => _folder.Dispose();

    private Task<BrokerPlaces> InitAsync(List<string>? warnings = null) => BrokerRun.InitAsync(Settings, TimeProvider.System, (warnings ?? []).Add, Cancelled);

    [Fact]
    public async Task Init_makes_what_operator_and_clients_need_closed_to_others()
    {
        var warnings = new List<string>();
        var places = await InitAsync(warnings);
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Combine("data")));
        foreach (var name in (string[])["admin-token", "root-key", "broker.db", "lock"]) Assert.Equal(Owner, File.GetUnixFileMode(At(name)));
        Assert.Equal((At("ca.pem"), At("admin-token")), (places.CaFile, places.AdminTokenFile));
        Assert.Matches("^coffer_[0-9a-f]{16}_[A-Za-z0-9_-]{43}\n$", await File.ReadAllTextAsync(At("admin-token"), Cancelled));
        Assert.Contains("root key", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_again_changes_nothing()
    {
        await InitAsync();
        var before = await SnapshotAsync();
        Assert.Null((await InitAsync()).AdminTokenFile);
        Assert.Equal(before, await SnapshotAsync());
    }

    [Fact]
    public async Task Serve_makes_what_is_missing_and_a_restart_keeps_it()
    {
        int first, second;
        string token;
        await using (var broker = await ServingBroker.StartAsync(Settings))
        {
            token = await File.ReadAllTextAsync(At("admin-token"), Cancelled);
            first = await broker.StatusAsync(At("ca.pem"), token);
        }
        var before = await SnapshotAsync();
        await using (var broker = await ServingBroker.StartAsync(Settings)) second = await broker.StatusAsync(At("ca.pem"), token);
        Assert.Equal((200, 200), (first, second));
        Assert.Equal(before, await SnapshotAsync());
    }

    [Fact]
    public async Task A_token_file_that_was_moved_away_is_not_made_again()
    {
        await InitAsync();
        File.Delete(At("admin-token"));
        await InitAsync();
        Assert.False(File.Exists(At("admin-token")));
    }

    [Fact]
    public async Task A_start_that_was_cut_short_before_the_store_knew_the_token_takes_it_up()
    {
        Directory.CreateDirectory(_folder.Combine("data"), Owner | UnixFileMode.UserExecute);
        var token = $"coffer_0123456789abcdef_{new string('A', 43)}";
        await File.WriteAllTextAsync(At("admin-token"), token, Cancelled);
        File.SetUnixFileMode(At("admin-token"), Owner);
        await using var broker = await ServingBroker.StartAsync(Settings);
        Assert.Equal(200, await broker.StatusAsync(At("ca.pem"), token));
    }

    [Fact]
    public async Task Reset_ends_the_old_administrator_and_makes_another_while_the_broker_serves()
    {
        await using var broker = await ServingBroker.StartAsync(Settings);
        var old = await File.ReadAllTextAsync(At("admin-token"), Cancelled);
        Assert.Equal(At("admin-token"), await BrokerRun.ResetAdminAsync(Settings, TimeProvider.System, Cancelled));
        var now = await File.ReadAllTextAsync(At("admin-token"), Cancelled);
        Assert.Equal((401, 200), (await broker.StatusAsync(At("ca.pem"), old), await broker.StatusAsync(At("ca.pem"), now)));
        Assert.Equal(Owner, File.GetUnixFileMode(At("admin-token")));
    }

    [Fact]
    public async Task Reset_needs_a_broker()
    {
        var error = await Assert.ThrowsAsync<BrokerException>(() => BrokerRun.ResetAdminAsync(Settings, TimeProvider.System, Cancelled));
        Assert.Equal(BrokerFault.NotFound, error.Fault);
        Assert.False(Directory.Exists(_folder.Combine("data")));
    }

    [Fact]
    public async Task Two_brokers_on_one_folder_are_told_so()
    {
        await using var broker = await ServingBroker.StartAsync(Settings);
        var error = await Assert.ThrowsAsync<BrokerException>(() => ServingBroker.StartAsync(Settings));
        Assert.Contains("another broker works with", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BrokerException>(() => InitAsync());
    }

    [Fact]
    public async Task A_store_without_its_root_key_is_not_given_a_new_one()
    {
        await InitAsync();
        File.Delete(At("root-key"));
        Assert.Contains("--root-key", (await Assert.ThrowsAsync<BrokerException>(() => InitAsync())).Hint, StringComparison.Ordinal);
        Assert.False(File.Exists(At("root-key")));
    }

    [Fact]
    public async Task Another_root_key_is_refused()
    {
        await InitAsync();
        File.Delete(At("root-key"));
        var other = _folder.Write("other-key", new byte[32]);
        File.SetUnixFileMode(other, Owner);
        await Assert.ThrowsAsync<BrokerException>(() => BrokerRun.InitAsync(Settings with { RootKeyFile = other }, TimeProvider.System, _ => { }, Cancelled));
    }

    [Fact]
    public async Task A_root_key_elsewhere_leaves_none_in_the_folder_and_no_warning()
    {
        var file = _folder.Write("key", new byte[32]);
        File.SetUnixFileMode(file, Owner);
        var warnings = new List<string>();
        await BrokerRun.InitAsync(Settings with { RootKeyFile = file }, TimeProvider.System, warnings.Add, Cancelled);
        Assert.False(File.Exists(At("root-key")));
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_not_overwritten()
    {
        await InitAsync();
        await File.WriteAllTextAsync(At("ca.pem"), "mine", Cancelled);
        Assert.Equal(BrokerFault.Conflict, (await Assert.ThrowsAsync<BrokerException>(() => InitAsync())).Fault);
        Assert.Equal("mine", await File.ReadAllTextAsync(At("ca.pem"), Cancelled));
    }

    [Fact]
    public async Task A_folder_that_others_may_write_to_is_refused()
    {
        Directory.CreateDirectory(_folder.Combine("data"));
        File.SetUnixFileMode(_folder.Combine("data"), Owner | UnixFileMode.UserExecute | UnixFileMode.GroupWrite);
        Assert.Contains("chmod", (await Assert.ThrowsAsync<BrokerException>(() => InitAsync())).Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8080")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::1:8080")]
    [InlineData("[::1]")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("example.org:80")]
    [InlineData("127.0.0.1:")]
    public void What_is_no_address_to_listen_on_is_wrong_usage(string text) => Assert.Equal(ExitStatus.Usage, Assert.Throws<CofferException>(() => ListenAddress.Parse(text)).ExitStatus);

    [Theory]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    [InlineData("localhost:8080", "127.0.0.1:8080")]
    [InlineData("[::1]:8080", "[::1]:8080")]
    [InlineData("0.0.0.0:443", "0.0.0.0:443")]
    public void Addresses_are_read(string text, string read) => Assert.Equal(read, ListenAddress.Parse(text).ToString());

    private async Task<string> SnapshotAsync()
    {
        var texts = new List<string>();
        foreach (var name in (string[])["admin-token", "root-key", "ca.pem", "audit-writer"]) texts.Add(Convert.ToHexStringLower(await File.ReadAllBytesAsync(At(name), Cancelled)));
        return string.Join('\n', texts);
    }
}
