using System.Diagnostics;
using Coffer.Service.Logs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyBroker.Telemetry;

/// <summary>Stands around every request: measures it, traces it, and writes a line of log when it has ended.</summary>
/// <param name="meter">Counts it; null where nobody looks.</param>
/// <param name="log">Gets the line; null for none.</param>
internal sealed class RequestWatch(BrokerMeter? meter, LogWriter? log)
{
    public async Task RunAsync(HttpContext context, Func<HttpContext, Task> answer)
    {
        var began = Stopwatch.GetTimestamp();
        var facts = new RequestFacts();
        context.Features.Set(facts);
        using var span = BrokerTraces.Request(context);
        try
        {
            await answer(context).ConfigureAwait(false);
        }
        finally
        {
            var (method, status, took) = (context.Request.Method, context.Response.StatusCode, Stopwatch.GetElapsedTime(began));
            meter?.Answered(method, facts, status, took);
            BrokerTraces.End(span, method, facts, context.TraceIdentifier, status);
            Write(context, facts, method, status, took, span?.TraceId.ToHexString());
        }
    }

    private void Write(HttpContext context, RequestFacts facts, string method, int status, TimeSpan took, string? trace)
    {
        var level = status >= 500 ? LogLevel.Warning : LogLevel.Information;
        if (log is null || !log.IsEnabled(level)) return;
        log.Write(
            level, "request",
            ("requestId", context.TraceIdentifier), ("method", method), ("route", facts.Route), ("status", status), ("outcome", Outcomes.Of(status)), ("tee", facts.Tee),
            ("actor", facts.Actor), ("address", context.Connection.RemoteIpAddress?.ToString()), ("latencyMs", took.TotalMilliseconds), ("traceId", trace));
    }
}
