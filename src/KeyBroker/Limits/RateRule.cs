using System.Globalization;
using Coffer.Oci;

namespace Coffer.KeyBroker.Limits;

/// <summary>How often something may happen: so many times a second for as long as one likes, and so many at once.</summary>
/// <param name="PerSecond">1 to 1,000,000.</param>
/// <param name="Burst">1 to 1,000,000, at least <paramref name="PerSecond"/>.</param>
public sealed record RateRule(int PerSecond, int Burst)
{
    private const int Most = 1_000_000;

    /// <summary>As people write it: <c>50/s</c>, or <c>50/s:1000</c> with a burst; without one, ten seconds' worth of it.</summary>
    /// <exception cref="CofferException">Wrong usage: it is none.</exception>
    public static RateRule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(':');
        if (parts.Length <= 2 && parts[0].EndsWith("/s", StringComparison.Ordinal) && Number(parts[0][..^2]) is { } rate
            && (parts.Length == 2 ? Number(parts[1]) : Math.Min(Most, 10 * rate)) is { } burst && burst >= rate)
        {
            return new RateRule(rate, burst);
        }
        throw new CofferException($"'{Printable.Of(text, 32)}' is no limit", ExitStatus.Usage, "such as 50/s, or 50/s:1000 with 1000 at once; off for none");
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= Most ? number : null;
}
