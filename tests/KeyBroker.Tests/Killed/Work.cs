namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>Loads at work, all at once.</summary>
internal static class Work
{
    /// <summary>Everyone works until then; what is asked for while something breaks may have no answer.</summary>
    /// <param name="loads">Who.</param>
    /// <param name="moment">When it breaks.</param>
    /// <param name="fault">Breaks something, and mends it where requests would wait for ever.</param>
    /// <param name="pause">Between two of one's requests.</param>
    public static async Task UntilAsync(IReadOnlyList<ILoad> loads, Task moment, Func<Task> fault, TimeSpan pause = default)
    {
        using var broken = new CancellationTokenSource();
        var working = loads.Select(l => Task.Run(() => WorkAsync(l, pause, broken.Token))).ToList();
        await Task.WhenAny(moment, Task.WhenAny(working)); // none ends by itself but by a fault
        await broken.CancelAsync();
        await fault();
        await Task.WhenAll(working);
    }

    /// <summary>Everyone works while that goes on, and nobody notices it.</summary>
    public static async Task DuringAsync(IReadOnlyList<ILoad> loads, Task happening, TimeSpan pause)
    {
        using var over = new CancellationTokenSource();
        var working = loads.Select(l => Task.Run(() => RepeatAsync(l, pause, over.Token))).ToList();
        await Task.WhenAny(happening, Task.WhenAny(working));
        await over.CancelAsync();
        await Task.WhenAll(working);
        await happening;
    }

    private static async Task WorkAsync(ILoad load, TimeSpan pause, CancellationToken broken)
    {
        try
        {
            await RepeatAsync(load, pause, broken);
        }
        catch (Exception e) when (broken.IsCancellationRequested && (e is HttpRequestException or IOException || e.Message.Contains("got 503", StringComparison.Ordinal)))
        {
            // What was under way has no answer.
        }
    }

    private static async Task RepeatAsync(ILoad load, TimeSpan pause, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await load.StepAsync();
            if (pause > TimeSpan.Zero) await Task.Delay(pause, CancellationToken.None);
        }
    }
}
