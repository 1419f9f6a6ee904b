using Xunit;

namespace Coffer.Support;

/// <summary>Waits for what happens in its own time, at most a minute.</summary>
public static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Until it is so; the test fails where it never is.</summary>
    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    /// <summary>The same, with what is said where it never is.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string otherwise = "what was awaited did not happen")
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < end, otherwise);
            await Task.Delay(5);
        }
    }
}
