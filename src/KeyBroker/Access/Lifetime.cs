using System.Globalization;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access;

/// <summary>How long something lives, as people write it: a number and <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>, such as <c>24h</c>.</summary>
public static class Lifetime
{
    private const int MostDigits = 8;

    /// <summary>The longest: ten years.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(3650);

    /// <param name="text">What was written.</param>
    /// <param name="name">What it is called, for the error.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: it is none, or longer than <see cref="Longest"/>.</exception>
    public static TimeSpan Parse(string text, string name = "ttl")
    {
        if (text.Length is >= 2 and <= MostDigits + 1
            && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            && SecondsOf(text[^1]) is { } seconds && number * seconds <= (long)Longest.TotalSeconds)
        {
            return TimeSpan.FromSeconds(number * seconds);
        }
        throw new BrokerException(BrokerFault.BadRequest, $"'{name}' is '{Printable.Of(text, 32)}', which is no time of at most 3650 days", "such as 30m, 24h or 90d");
    }

    private static long? SecondsOf(char unit) => unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => null };
}
