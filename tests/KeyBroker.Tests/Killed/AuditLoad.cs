namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>An auditor who keeps the newest head that he was given, elsewhere.</summary>
internal sealed class AuditLoad(KilledBroker broker, Ledger ledger) : ILoad
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The newest head; null before the first walk.</summary>
    public string? Head { get; private set; }

    public async Task StepAsync()
    {
        await Task.Delay(Pause, TestContext.Current.CancellationToken);
        await WalkAsync();
        ledger.Acknowledge("heads", null, null);
    }

    public Task CheckAsync(bool all) => WalkAsync();

    public void Dispose()
    {
        // Nothing is held.
    }

    private async Task WalkAsync()
    {
        var query = Head is null ? "" : $"?expect_head={Uri.EscapeDataString(Head)}";
        Head = (string)(await broker.AdminAsync("GET", $"audit/verify{query}")).ShouldBe(200).Json["head"]!;
    }
}
