using System.Globalization;
using Coffer.Oci;

namespace Coffer.Cli.Progress;

/// <summary>Numbers as people read them.</summary>
internal static class Sizes
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>Bytes in binary units: <c>512 B</c>, <c>3.4 MiB</c>.</summary>
    public static string Of(long bytes)
    {
        double value = bytes;
        var unit = 0;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {Units[unit]}");
    }

    /// <summary>The first 12 hex digits, with the algorithm where it is not sha256.</summary>
    public static string Short(Digest digest) =>
        digest.Algorithm == "sha256" ? digest.Hex[..12] : $"{digest.Algorithm}:{digest.Hex[..12]}";

    /// <summary><c>m:ss</c> or <c>h:mm:ss</c>.</summary>
    public static string Of(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
}
