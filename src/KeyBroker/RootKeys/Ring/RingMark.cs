namespace Coffer.KeyBroker.RootKeys.Ring;

/// <summary>Whether one transaction sealed something, and by which ring.</summary>
internal sealed class RingMark
{
    /// <summary>The least epoch that was sealed by; null for none.</summary>
    public long? Epoch { get; private set; }

    public void Sealed(long epoch) => Epoch = Math.Min(Epoch ?? long.MaxValue, epoch);
}
