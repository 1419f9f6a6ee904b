using System.Globalization;
using System.Text;

namespace Coffer.Attestation.Protocol.Json;

/// <summary>Numbers as ECMAScript writes them (RFC 8785 section 3.2.2.3): the shortest digits that read back, plain between 1e-6 and 1e21.</summary>
internal static class CanonicalNumber
{
    public static string Write(double value)
    {
        if (!double.IsFinite(value)) throw CanonicalJson.Malformed("a number that no double holds");
        if (value == 0) return "0"; // and so is negative zero
        var shortest = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture);
        var roundTrip = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var digits = Digits(roundTrip);
        var exponent = int.Parse(shortest.AsSpan(shortest.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        // Rounding to 17 digits may carry into a new place (9.99…), which the shortest digits do not share.
        if (roundTrip.IndexOf('E', StringComparison.Ordinal) is >= 0 and var at) exponent = int.Parse(roundTrip.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return (value < 0 ? "-" : "") + Layout(digits, exponent + 1);
    }

    /// <summary>Digits with the decimal point after the first <paramref name="point"/> of them.</summary>
    private static string Layout(string digits, int point)
    {
        var count = digits.Length;
        if (point is > 0 and <= 21)
            return count <= point ? digits + new string('0', point - count) : $"{digits.AsSpan(0, point)}.{digits.AsSpan(point)}";
        if (point is > -6 and <= 0) return "0." + new string('0', -point) + digits;
        var exponent = (point - 1).ToString("+0;-0", CultureInfo.InvariantCulture);
        return count == 1 ? $"{digits}e{exponent}" : $"{digits[0]}.{digits.AsSpan(1)}e{exponent}";
    }

    private static string Digits(string roundTrip)
    {
        var digits = new StringBuilder();
        foreach (var c in roundTrip)
        {
            if (c == 'E') break;
            if (char.IsAsciiDigit(c)) digits.Append(c);
        }
        return digits.ToString().Trim('0') is { Length: > 0 } trimmed ? trimmed : "0";
    }
}
