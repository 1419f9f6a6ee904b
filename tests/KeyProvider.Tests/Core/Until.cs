namespace Coffer.KeyProvider.Tests.Core;

/// <summary>Waits for what happens in its own time.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static async Task TrueAsync(Func<Task<bool>> condition, string otherwise = "what was awaited did not happen")
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < end, otherwise);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
