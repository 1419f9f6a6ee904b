using System.Net;
using System.Text;
using Coffer.Service.Metrics;

namespace Coffer.KeyProvider.Configuration;

/// <summary>Reads where the daemon listens and to whom (<c>listen</c>), and where it shows metrics (<c>metrics</c>).</summary>
internal static class ListenReader
{
    private const int MostSocketPath = 107; // bytes: sun_path without its end
    private const int MostCallers = 256;

    public static ListenSettings Listen(ConfigSection? section)
    {
        if (section is null) return new ListenSettings();
        var defaults = new ListenSettings();
        var settings = new ListenSettings(
            section.IsNone("socket") ? null : SocketPath(section, "socket") ?? defaults.Socket,
            section.Parsed<UnixFileMode?>("mode", SettingText.Mode, "permission bits in octal, such as \"0660\"") ?? defaults.Mode,
            section.Text("group"),
            Accounts(section, "allowedUids", "user", AccountNames.FindUser),
            Accounts(section, "allowedGids", "group", AccountNames.FindGroup),
            Tcp(section.Section("tcp")));
        if (settings.Group is { } group && AccountNames.FindGroup(group) is null) section.Problem("group", $"there is no group '{group}' on this machine");
        if (settings is { Socket: null, Tcp: null }) section.Problem("socket", "is null, and there is no tcp: the daemon would listen nowhere");
        section.End();
        return settings;
    }

    public static MetricsSettings Metrics(ConfigSection? section)
    {
        if (section is null) return new MetricsSettings();
        var address = section.Parsed("listen", SettingText.Endpoint, "an address and a port, such as \"127.0.0.1:9464\"");
        if (address is not null && !IPAddress.IsLoopback(address.Address))
        {
            section.Problem("listen", $"{address} is not a loopback address, and whoever reaches it reads the metrics");
        }
        var settings = new MetricsSettings(
            address,
            SocketPath(section, "socket"),
            section.Parsed("otlp", SettingText.WebAddress, "an http or https address"),
            section.Duration("otlpInterval", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), MetricsSettings.DefaultOtlpInterval));
        section.End();
        return settings;
    }

    /// <summary>Where traces are sent; null for nowhere.</summary>
    public static Uri? Traces(ConfigSection? section)
    {
        if (section is null) return null;
        var address = section.Parsed("otlp", SettingText.WebAddress, "an http or https address");
        section.End();
        return address;
    }

    private static TcpSettings? Tcp(ConfigSection? section)
    {
        if (section is null) return null;
        if (!section.Has("address")) section.Problem("address", "is missing");
        var address = section.Parsed("address", SettingText.Endpoint, "an address and a port, such as \"192.0.2.1:50051\"");
        var settings = new TcpSettings(
            address ?? new IPEndPoint(IPAddress.Loopback, 0),
            section.RequiredFilePath("cert"),
            section.RequiredFilePath("key"),
            section.RequiredFilePath("clientCa"));
        section.End();
        return settings;
    }

    private static string? SocketPath(ConfigSection section, string name)
    {
        var path = section.FilePath(name);
        if (path is null || Encoding.UTF8.GetByteCount(path) <= MostSocketPath) return path;
        section.Problem(name, $"is longer than the {MostSocketPath} bytes that a socket's path can have");
        return null;
    }

    private static List<uint> Accounts(ConfigSection section, string name, string kind, Func<string, uint?> find)
    {
        var texts = section.TextsOrNumbers(name);
        if (texts.Count > MostCallers) section.Problem(name, $"has more than {MostCallers} entries");
        var numbers = new List<uint>();
        foreach (var text in texts.Take(MostCallers))
        {
            if (find(text) is { } number) numbers.Add(number);
            else section.Problem(name, $"there is no {kind} '{text}' on this machine");
        }
        return numbers;
    }
}
