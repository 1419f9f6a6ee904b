using System.Diagnostics;

namespace Coffer.KeyProvider.Tests.Daemon;

/// <summary>Waits for what has to come about, with a deadline that a busy machine does not miss.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > Patience) Assert.Fail($"after {Patience.TotalSeconds} s still not: {what}");
            await Task.Delay(10);
        }
    }
}
