using System.Net;
using System.Security.Cryptography;

namespace Coffer.Registry.Remote;

/// <summary>When to try again: exponential back-off with jitter, or what the server asks for, never more than a minute.</summary>
internal sealed class RetrySchedule(int times, TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public int Times { get; } = Math.Clamp(times, 0, 20);

    public static bool IsWorthwhile(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
        or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>Waits before the attempt after number <paramref name="attempt"/> (from 0).</summary>
    public Task WaitAsync(int attempt, TimeSpan? asked, CancellationToken cancellationToken) =>
        Task.Delay(Pause(attempt, asked), clock, cancellationToken);

    /// <summary>What <c>Retry-After</c> asks for (RFC 9110, section 10.2.3); null where it asks nothing.</summary>
    public TimeSpan? Asked(HttpResponseMessage response)
    {
        if (response.Headers.RetryAfter is not { } header) return null;
        return header.Delta ?? (header.Date is { } date ? date - clock.GetUtcNow() : null);
    }

    private static TimeSpan Pause(int attempt, TimeSpan? asked)
    {
        if (asked is { } wish) return wish < TimeSpan.Zero ? TimeSpan.Zero : wish > Longest ? Longest : wish;
        var full = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 10)));
        // Half fixed, half drawn: many clients that failed together do not come back together.
        return TimeSpan.FromMilliseconds(full / 2 + RandomNumberGenerator.GetInt32((int)(full / 2) + 1));
    }
}
