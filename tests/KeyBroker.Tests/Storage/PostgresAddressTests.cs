using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Storage.Postgres;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.Storage;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("postgres://u@db.example:6432/coffer", "db.example", 6432, "coffer", "u")]
    [InlineData("postgresql://db.example/coffer", "db.example", 5432, "coffer", null)]
    [InlineData("postgres://[::1]:7/x", "::1", 7, "x", null)]
    [InlineData("postgres:///x?host=/run/postgresql", "/run/postgresql", 5432, "x", null)]
    [InlineData("postgres://a%40b@/x?host=%2Frun%2Fpg&port=99", "/run/pg", 99, "x", "a@b")]
    public void What_libpq_reads_is_read(string text, string host, int port, string database, string? user)
    {
        var address = PostgresAddress.Parse(text, mayHoldPassword: false);

        Assert.Equal((host, port, database, user), (address.Host, address.Port, address.Database, address.User));
    }

    [Theory]
    [InlineData("postgres://h", "names no database")]
    [InlineData("postgres:///x", "names no host")]
    [InlineData("postgres://h/x?sslmode=never", "sslmode 'never'")]
    [InlineData("postgres://h/x?passfile=y", "parameter 'passfile'")]
    [InlineData("postgres://h/x?password=y", "a password among its parameters")]
    [InlineData("postgres://h/x?port=0", "port=0")]
    [InlineData("postgres://h/x?connections=1", "connections=1")]
    [InlineData("postgres://h/x?host=a,b", "several hosts")]
    [InlineData("postgres://h/x?sslmode=require&sslmode=require", "twice")]
    [InlineData("mysql://h/x", "not of the form")]
    public void Anything_else_is_refused_in_one_line(string text, string because)
    {
        var refused = Assert.Throws<CofferException>(() => PostgresAddress.Parse(text, mayHoldPassword: true));

        Assert.Equal(ExitStatus.Usage, refused.ExitStatus);
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_is_taken_from_a_private_file_alone_and_shown_nowhere()
    {
        const string text = "postgres://u:s3cret@h/x";

        var refused = Assert.Throws<CofferException>(() => PostgresAddress.Parse(text, mayHoldPassword: false));
        Assert.DoesNotContain("s3cret", refused.ToString(), StringComparison.Ordinal);
        var address = PostgresAddress.Parse(text, mayHoldPassword: true);
        Assert.Equal("s3cret", address.Password);
        Assert.DoesNotContain("s3cret", address.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://db.example/x?sslmode=require")]
    [InlineData("postgres://db.example/x?sslmode=disable")]
    [InlineData("postgres://db.example/x?sslmode=verify-ca")]
    public async Task Another_machine_has_to_prove_its_name_unless_told_otherwise(string text)
    {
        var address = PostgresAddress.Parse(text, mayHoldPassword: false);

        Assert.Contains("is not protected", Assert.Throws<CofferException>(() => PostgresSource.Make(address, insecure: false)).Message, StringComparison.Ordinal);
        await using var allowed = PostgresSource.Make(address, insecure: true);
    }

    [Fact]
    public async Task A_file_with_the_address_has_to_be_closed_to_others()
    {
        using var folder = new TempDirectory();
        var file = folder.Write("store", "postgres://u:s3cret@127.0.0.1:1/x\n");
        var settings = new BrokerSettings { DataFolder = folder.Combine("data"), StoreFile = file };
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var refused = await Assert.ThrowsAsync<BrokerException>(() => StoreOpening.OpenAsync(settings, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Contains("is open to others", refused.Message, StringComparison.Ordinal);

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var unreachable = await Assert.ThrowsAsync<BrokerException>(() => StoreOpening.OpenAsync(settings, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Contains("the store postgres://u@127.0.0.1:1/x cannot be reached", unreachable.Message, StringComparison.Ordinal);
    }
}
