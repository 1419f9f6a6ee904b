using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Tests.Storage;

public sealed class PageSizeTests
{
    [Theory]
    [InlineData(0, 256)]
    [InlineData(100, 256)]
    [InlineData(1024 * 1024, 4)]
    [InlineData(16 * 1024 * 1024, 1)]
    public void A_page_has_a_few_mebibytes_whatever_size_records_have(int bytes, int records)
    {
        var size = new PageSize();
        for (var i = 0; i < 5; i++) size.Saw([new StoredRecord("a", new byte[bytes]), new StoredRecord("b", new byte[bytes])]);
        Assert.Equal(records, size.Records);
    }
}
