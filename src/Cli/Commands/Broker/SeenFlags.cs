using System.CommandLine;
using System.Net;
using Coffer.Cli.CommandLine;
using Coffer.KeyBroker;
using Coffer.Oci;
using Coffer.Service.Logs;
using Coffer.Service.Metrics;
using Microsoft.Extensions.Logging;

namespace Coffer.Cli.Commands.Broker;

/// <summary>The flags that say how a broker is seen from outside: its log, metrics and traces.</summary>
internal sealed class SeenFlags
{
    private const string Unix = "unix:";

    private readonly Option<string?> _metrics = new("--metrics") { Description = "address and port, or unix:PATH of a socket, that serve /metrics over plain HTTP", HelpName = "ADDRESS:PORT|unix:PATH" };
    private readonly Option<string?> _otlp = new("--otlp") { Description = "push metrics there over OTLP: by HTTP where it has a path such as /v1/metrics, else by gRPC", HelpName = "URL" };
    private readonly Option<string?> _traces = new("--traces") { Description = "send traces there over OTLP: by HTTP where it has a path such as /v1/traces, else by gRPC", HelpName = "URL" };
    private readonly Option<string?> _format = new("--log-format") { Description = "text or json (default text)", HelpName = "FORMAT" };
    private readonly Option<string?> _level = new("--log-level") { Description = "the least level that is logged: debug, info, warning or error (default info)", HelpName = "LEVEL" };

    public SeenFlags(Command command)
    {
        foreach (var option in (Option[])[_metrics, _otlp, _traces, _format, _level]) command.Add(option);
    }

    /// <exception cref="CofferException">Wrong usage.</exception>
    public BrokerSettings Read(BrokerSettings settings, ParseResult parsed) => settings with
    {
        Metrics = Metrics(parsed.GetValue(_metrics)) with { Otlp = Address(_otlp.Name, parsed.GetValue(_otlp)) },
        Traces = Address(_traces.Name, parsed.GetValue(_traces)),
        Log = new LogSettings(Json(parsed.GetValue(_format)), Level(parsed.GetValue(_level))),
    };

    private MetricsSettings Metrics(string? text)
    {
        if (text is null) return new MetricsSettings();
        if (text.StartsWith(Unix, StringComparison.Ordinal) && text.Length > Unix.Length) return new MetricsSettings(Socket: text[Unix.Length..]);
        if (text.StartsWith('/')) return new MetricsSettings(Socket: text);
        if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var end) && end.Port != 0) return new MetricsSettings(end);
        throw Wrong(_metrics.Name, text, "an address with a port, such as 127.0.0.1:9465, or unix:PATH");
    }

    private static Uri? Address(string flag, string? text)
    {
        if (text is null) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 ? uri : throw Wrong(flag, text, "an http or https address, such as http://127.0.0.1:4318/v1/traces");
    }

    private bool Json(string? text) => text switch
    {
        null or "text" => false,
        "json" => true,
        _ => throw Wrong(_format.Name, text, "text or json"),
    };

    private LogLevel Level(string? text) => text switch
    {
        "debug" => LogLevel.Debug,
        null or "info" => LogLevel.Information,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => throw Wrong(_level.Name, text, "debug, info, warning or error"),
    };

    private static CofferException Wrong(string flag, string text, string hint) => new($"{flag} '{Printable.Of(text, 128)}' is none", ExitStatus.Usage, hint);
}
