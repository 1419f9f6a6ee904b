using System.Security.Cryptography;

namespace Coffer.Jose.Keys;

/// <summary>
/// Keeps one of the platform's objects for a key between uses: to make one costs more than to sign or to seal with it. For any number of
/// users at once: who comes while it is lent gets one of his own. Disposal frees what is kept; one that is lent is freed when it comes back.
/// </summary>
/// <param name="make">Makes one, with the private half if it is there.</param>
internal sealed class PlatformKey<T>(Func<T> make) : IDisposable
    where T : AsymmetricAlgorithm
{
    private T? _spare;
    private volatile bool _closed;

    /// <summary>One for the caller alone, until the lease is disposed.</summary>
    public Lease Rent() => new(this, Interlocked.Exchange(ref _spare, null) ?? make());

    /// <inheritdoc/>
    public void Dispose()
    {
        _closed = true;
        Interlocked.Exchange(ref _spare, null)?.Dispose();
    }

    private void Return(T key)
    {
        if (Interlocked.CompareExchange(ref _spare, key, null) is not null) key.Dispose();
        else if (_closed) Interlocked.Exchange(ref _spare, null)?.Dispose();
    }

    internal readonly ref struct Lease(PlatformKey<T> owner, T key)
    {
        public T Key => key;

        public void Dispose() => owner.Return(key);
    }
}
