using System.Reflection;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Tests.Storage;

/// <summary>The lists by which backups and key changes find everything.</summary>
public sealed class CollectionsTests
{
    [Fact]
    public void The_list_of_all_has_every_collection_once()
    {
        var names = typeof(Collections).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal);
        Assert.Equal(names, Collections.All);
        Assert.Empty(Collections.Sealed.Except(Collections.All));
    }
}
