using System.Text;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.References;
using Coffer.KeyBroker.Tests.Policies;
using Coffer.Support;

namespace Coffer.KeyBroker.Tests.References;

public sealed class ReferenceTests
{
    private static readonly string Sound = $$"""
        {"name":"boot","description":"two kernels","expires":"2026-06-01T00:00:00Z",
         "values":{"sha256":{"7":["{{PolicyFixture.Pcr(0xab).ToUpperInvariant()}}"]},"kernel":["{{PolicyFixture.Pcr(0xcd).ToUpperInvariant()}}","6.1.0-Debian"]} }
        """;

    [Fact]
    public void A_set_has_values_of_registers_and_lists_of_texts()
    {
        var set = ReferenceReader.Read(Encoding.UTF8.GetBytes(Sound));

        Assert.Equal([PolicyFixture.Pcr(0xab)], set.Register("sha256", 7));
        Assert.Empty(set.Register("sha256", 8));
        Assert.Equal([PolicyFixture.Pcr(0xcd), "6.1.0-Debian"], set.Texts("kernel")!);
        Assert.Null(set.Texts("initrd"));
        Assert.Equal((3, new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)), (set.Count, set.Expires));
    }

    [Fact]
    public void Every_problem_is_named_with_its_place() => Assert.Equal(
        [
            "name: is missing",
            "expires: is not a moment such as 2026-01-31T12:00:00Z",
            "values.sha256.24: is no register: 0 to 23",
            "values.sha256.07: is no register: 0 to 23",
            "values.sha256.1[0]: is not 64 hexadecimal digits",
            "values.sha1: is empty",
            "values.kernel: is not a list",
            "values.bad name: is no name: letters, digits, '-', '_' and '.'",
            "other: is no member that is known here",
        ],
        Assert.Throws<InvalidDocumentException>(() => ReferenceReader.Read("""
            {"expires":"soon","other":1,"values":{"sha256":{"24":["00"],"07":["00"],"1":["00"]},"sha1":{},"kernel":"x","bad name":["x"]}}
            """u8.ToArray())).Problems);

    [Fact]
    public async Task Sets_are_put_listed_and_deleted()
    {
        await using var policies = new PolicyFixture();
        await policies.PutReferenceAsync("boot", Sound);

        Assert.Equal("boot", Assert.Single(await policies.Broker.ReadAsync(r => ReferenceShelf.ListAsync(r))).Name);
        Assert.Equal("two kernels", (string?)(await policies.Broker.ReadAsync(r => ReferenceShelf.FindDocumentAsync(r, "boot")))!["description"]);
        Assert.Equal(BrokerFault.BadRequest, (await Assert.ThrowsAsync<BrokerException>(() => policies.PutReferenceAsync("other", Sound))).Fault);
        await policies.Broker.WriteAsync(async w =>
        {
            Assert.True(await ReferenceShelf.DeleteAsync(w, "boot"));
            Assert.False(await ReferenceShelf.DeleteAsync(w, "boot"));
        });
        Assert.Null(await policies.Broker.ReadAsync(r => ReferenceShelf.FindAsync(r, "boot")));
    }

    [Fact]
    public void Sets_from_outside_are_read_or_refused_with_their_problems() => Fuzzing.Run(
        "reference set", [Encoding.UTF8.GetBytes(Sound)],
        (input, _) =>
        {
            try
            {
                ReferenceReader.Read(input);
            }
            catch (InvalidDocumentException)
            {
                // as documented
            }
        });
}
