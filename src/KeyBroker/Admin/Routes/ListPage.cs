using System.Globalization;
using System.Text;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>Which page of a list was asked for.</summary>
/// <param name="Most">At most so many.</param>
/// <param name="After">Only what stands behind this key; null for the first page.</param>
internal sealed record ListPage(int Most, string? After)
{
    /// <summary>Its members of the query.</summary>
    /// <param name="most">The largest page, and the usual one.</param>
    /// <param name="key">What the list is ordered by.</param>
    public static IReadOnlyList<RouteParameter> Parameters(int most, string key) =>
        [new("after", $"Only what stands behind this {key}, for the next page."), new("most", $"How many, at most {most}.")];

    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>.</exception>
    public static ListPage Of(AdminCall call, int most)
    {
        var wanted = most;
        if (call.Query.TryGetValue("most", out var text) && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out wanted) || wanted < 1 || wanted > most))
        {
            throw new BrokerException(BrokerFault.BadRequest, $"'most' is '{Printable.Of(text, 16)}', not a number from 1 to {most}");
        }
        return new ListPage(wanted, KeyOrNull(call, "after"));
    }

    /// <summary>A member that is a key or the beginning of one; null where it is absent.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: it is longer than any.</exception>
    public static string? KeyOrNull(AdminCall call, string name) => call.Query.GetValueOrDefault(name) is not { } text ? null
        : Encoding.UTF8.GetByteCount(text) <= RecordLimits.MostKeyBytes ? text
        : throw new BrokerException(BrokerFault.BadRequest, $"'{name}' has more than {RecordLimits.MostKeyBytes} bytes");
}
