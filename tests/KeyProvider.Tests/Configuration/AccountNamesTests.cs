using Coffer.KeyProvider.Configuration;

namespace Coffer.KeyProvider.Tests.Configuration;

public sealed class AccountNamesTests
{
    [Fact]
    public void Names_and_numbers_are_found_as_the_machine_lists_them()
    {
        foreach (var fields in File.ReadLines("/etc/passwd").Select(l => l.Split(':')).Where(f => f.Length > 3)) Assert.Equal(uint.Parse(fields[2], null), AccountNames.FindUser(fields[0]));
        foreach (var fields in File.ReadLines("/etc/group").Select(l => l.Split(':')).Where(f => f.Length > 2)) Assert.Equal(uint.Parse(fields[2], null), AccountNames.FindGroup(fields[0]));
        Assert.Equal(4242u, AccountNames.FindUser("4242"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no-such-account")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("-1")]
    [InlineData("ro\0ot")]
    public void Others_are_not(string name)
    {
        Assert.Null(AccountNames.FindUser(name));
        Assert.Null(AccountNames.FindGroup(name));
    }
}
