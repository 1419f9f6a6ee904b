namespace Coffer.KeyBroker.RootKeys.Ring;

/// <summary>A transaction met a generation of the root key that this process does not know yet, or has sealed under one that is no longer the newest: it is run again after the ring was read anew.</summary>
/// <param name="otherwise">What to say where the ring, read anew, does not help.</param>
internal sealed class StaleRingException(BrokerException otherwise) : Exception("the key ring is out of date", otherwise)
{
    /// <summary>What to say where the ring, read anew, does not help.</summary>
    public BrokerException Otherwise { get; } = otherwise;
}
