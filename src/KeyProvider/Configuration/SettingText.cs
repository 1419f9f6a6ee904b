using System.Globalization;
using System.Net;

namespace Coffer.KeyProvider.Configuration;

/// <summary>The small languages of the configuration: times, permission bits, addresses. Each gives null where the text is wrong.</summary>
internal static class SettingText
{
    private const int MostDigits = 9;
    private const int ModeBits = 0b111_111_111;

    /// <summary>A whole number and a unit: <c>250ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c>.</summary>
    public static TimeSpan? Duration(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits is 0 or > MostDigits || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        return text[digits..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(count),
            "s" => TimeSpan.FromSeconds(count),
            "m" => TimeSpan.FromMinutes(count),
            "h" => TimeSpan.FromHours(count),
            _ => null,
        };
    }

    /// <summary>A time as <see cref="Duration"/> reads it.</summary>
    public static string Of(TimeSpan time) =>
        time.Milliseconds != 0 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms")
        : time.Seconds != 0 || time == TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0}s")
        : time.Minutes != 0 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0}m")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0}h");

    /// <summary>Permission bits in octal, <c>0660</c> or <c>660</c>.</summary>
    public static UnixFileMode? Mode(string text)
    {
        if (text.Length is < 3 or > 4 || text.Any(c => c is < '0' or > '7')) return null;
        var bits = text.Aggregate(0, (sum, c) => sum * 8 + (c - '0'));
        return bits <= ModeBits ? (UnixFileMode)bits : null;
    }

    /// <summary>An address and a port: <c>127.0.0.1:9464</c>, <c>[::1]:9464</c>, <c>localhost:9464</c> (which is <c>127.0.0.1</c>).</summary>
    public static IPEndPoint? Endpoint(string text)
    {
        if (text.StartsWith("localhost:", StringComparison.Ordinal)) text = $"{IPAddress.Loopback}{text["localhost".Length..]}";
        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        // Without brackets the last group of an IPv6 address would pass for a port.
        if (host.Contains(':', StringComparison.Ordinal) != (host.StartsWith('[') && host.EndsWith(']'))) return null;
        return text.AsSpan(colon + 1) is { Length: > 0 } port && !port.ContainsAnyExceptInRange('0', '9') && IPEndPoint.TryParse(text, out var endpoint) ? endpoint : null;
    }

    /// <summary>An <c>http</c> or <c>https</c> address without user, query or fragment.</summary>
    public static Uri? WebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri is { UserInfo: "", Query: "", Fragment: "" } ? uri : null;
}
