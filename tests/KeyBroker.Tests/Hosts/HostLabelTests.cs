using Coffer.KeyBroker.Hosts;

namespace Coffer.KeyBroker.Tests.Hosts;

public sealed class HostLabelTests
{
    [Theory]
    [InlineData("rack-7", true)]
    [InlineData("team=a", true)]
    [InlineData("example.org/team=a=b", true)]
    [InlineData("team=", true)]
    [InlineData("=a", false)]
    [InlineData("", false)]
    [InlineData("two words", false)]
    [InlineData("ümlaut=1", false)]
    public void A_label_is_a_name_with_or_without_a_value(string label, bool isOne) => Assert.Equal(isOne, HostLabel.IsOne(label));

    [Fact]
    public void A_newer_label_takes_the_place_of_the_one_of_its_name() =>
        Assert.Equal(["rack", "team=b", "zone=1"], HostLabel.Merge(["team=a", "zone=1"], ["team=b", "rack"]));

    [Fact]
    public void Policies_see_names_and_values() =>
        Assert.Equal("""{"team":"a=b","rack":"true","empty":""}""", HostLabel.Claim(["team=a=b", "rack", "empty="]).ToJsonString());
}
