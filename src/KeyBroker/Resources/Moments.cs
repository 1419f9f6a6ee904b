using System.Globalization;
using Coffer.KeyBroker.Access;
using Coffer.Oci;

namespace Coffer.KeyBroker.Resources;

/// <summary>Moments as people write and read them: RFC 3339 with a zone, or how long from now on.</summary>
internal static class Moments
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>In UTC, to the second.</summary>
    public static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Null for null.</summary>
    public static string? Text(DateTimeOffset? moment) => moment is { } there ? Text(there) : null;

    /// <summary>Reads <c>2027-01-31T12:00:00Z</c>, or <c>90d</c> for that long from now on.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: neither.</exception>
    public static DateTimeOffset Parse(string text, string name, DateTimeOffset now)
    {
        if (text.Length < 20) return now + Lifetime.Parse(text, name);
        // Without a zone the broker's own would be meant, which is nobody's intention.
        return text.AsSpan(19).IndexOfAny('Z', '+', '-') >= 0 && DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment
            : throw new BrokerException(BrokerFault.BadRequest, $"'{name}' is '{Printable.Of(text, 32)}', which is no moment", "such as 2027-01-31T12:00:00Z, or 90d from now on");
    }
}
