using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Coffer.KeyBroker.Tests.Day;

/// <summary>How long requests took, by what they asked for, and which of them had no good answer.</summary>
internal sealed class RequestFigures : DelegatingHandler
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<float>> _milliseconds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _refused = new(StringComparer.Ordinal);

    /// <summary>How many there were.</summary>
    public int Count => _milliseconds.Values.Sum(v => v.Count);

    /// <summary>A line for each kind, with percentiles, and one for answers that were no success.</summary>
    public IEnumerable<string> Lines()
    {
        yield return Line("requests", [.. _milliseconds.Values.SelectMany(v => v)]);
        foreach (var (kind, values) in _milliseconds.OrderBy(v => v.Key, StringComparer.Ordinal)) yield return Line(kind, [.. values]);
        yield return $"other answers: {string.Join(", ", _refused.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Value} {r.Key}"))}";
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (kind, began) = (KindOf(request), Stopwatch.GetTimestamp());
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode) Refuse(string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {kind}"));
            return response;
        }
        catch (HttpRequestException e)
        {
            Refuse($"{e.HttpRequestError} {kind}");
            throw;
        }
        finally
        {
            _milliseconds.GetOrAdd(kind, _ => []).Add((float)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    // /api/v1/NOUN/..., /kbs/v0/STEP/...
    private static string KindOf(HttpRequestMessage request)
    {
        var parts = request.RequestUri!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return $"{request.Method} {(parts[0] == "kbs" ? $"kbs/{parts[2]}" : parts[2])}";
    }

    private void Refuse(string what) => _refused.AddOrUpdate(what, 1, (_, n) => n + 1);

    private static string Line(string kind, float[] values)
    {
        Array.Sort(values);
        float at(double part) => values.Length == 0 ? 0 : values[(int)(part * (values.Length - 1))];
        return string.Create(CultureInfo.InvariantCulture, $"{values.Length} {kind}: p50 {at(0.5):F1} ms, p99 {at(0.99):F1} ms, longest {at(1):F0} ms");
    }
}
