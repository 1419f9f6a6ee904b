using System.Security.Cryptography;
using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Sources;
using Coffer.Oci;

namespace Coffer.KeyProvider.Calls;

/// <summary>
/// One key source, asked so that whatever it does ends in an answer or an error within the time allowed: also when it blocks
/// its thread or ignores that it was cancelled. Such lost calls are counted, and no further ones begun once there are many.
/// A source that says it unwraps at once is taken at its word there.
/// </summary>
/// <param name="source">Disposed with this, once the last lost call has come back.</param>
/// <param name="timeout">Longest time for one call.</param>
/// <param name="time">The clock.</param>
internal sealed class GuardedSource(IKeySource source, TimeSpan timeout, TimeProvider time) : IAsyncDisposable
{
    private const int MostLost = 64; // each may hold a thread

    private readonly Lock _lock = new();
    private int _active, _lost;
    private bool _disposed;

    public IKeySource Source => source;

    public string Name => Printable.Of(source.Name, 64);

    /// <summary>Unwraps: on this thread where the source does so at once, else guarded like every question.</summary>
    /// <exception cref="KeyProviderException">Every failure, with the source's name.</exception>
    public Task<byte[]> UnwrapAsync(AnnotationPacket packet, CancellationToken cancellationToken) => source.UnwrapsAtOnce
        ? UnwrapAtOnceAsync(packet, cancellationToken)
        : AskAsync((s, token) => s.UnwrapAsync(packet, token), static late => CryptographicOperations.ZeroMemory(late), cancellationToken);

    /// <summary>Asks the source.</summary>
    /// <param name="ask">The question.</param>
    /// <param name="discard">Zeroes an answer that came too late.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    /// <exception cref="KeyProviderException">Every failure, with the source's name.</exception>
    public async Task<T> AskAsync<T>(Func<IKeySource, CancellationToken, Task<T>> ask, Action<T> discard, CancellationToken cancellationToken)
    {
        Enter();
        var deadline = new CancellationTokenSource(timeout, time);
        var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        // A source may block before its first await; the caller must be able to leave all the same.
        var answer = Task.Run(() => ask(source, either.Token), CancellationToken.None);
        var taken = false;
        try
        {
            var result = await answer.WaitAsync(either.Token).ConfigureAwait(false);
            taken = true;
            return result;
        }
        catch (Exception e)
        {
            throw SourceFailure.Of(e, Name, timeout, cancelled: cancellationToken.IsCancellationRequested, late: deadline.IsCancellationRequested);
        }
        finally
        {
            if (taken) await LeaveAsync(lost: false).ConfigureAwait(false);
            else _ = AwaitLostAsync(answer, discard, deadline, either);
            if (taken) either.Dispose();
            if (taken) deadline.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            if (_active > 0) return; // the last one disposes it
        }
        await source.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<byte[]> UnwrapAtOnceAsync(AnnotationPacket packet, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            return await source.UnwrapAsync(packet, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw SourceFailure.Of(e, Name, timeout, cancelled: cancellationToken.IsCancellationRequested, late: false);
        }
        finally
        {
            await LeaveAsync(lost: false).ConfigureAwait(false);
        }
    }

    private async Task AwaitLostAsync<T>(Task<T> answer, Action<T> discard, CancellationTokenSource deadline, CancellationTokenSource either)
    {
        lock (_lock) _lost++;
        try
        {
            discard(await answer.ConfigureAwait(false));
        }
        catch (Exception)
        {
            // The caller has had its error.
        }
        either.Dispose();
        deadline.Dispose();
        await LeaveAsync(lost: true).ConfigureAwait(false);
    }

    private void Enter()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_lost >= MostLost)
            {
                throw new KeyProviderException(
                    FailureReason.Unavailable, $"key source '{Name}' hangs: {_lost} calls have not come back", "see what it waits for, then restart the key provider");
            }
            _active++;
        }
    }

    private async ValueTask LeaveAsync(bool lost)
    {
        lock (_lock)
        {
            if (lost) _lost--;
            if (--_active > 0 || !_disposed) return;
        }
        await source.DisposeAsync().ConfigureAwait(false);
    }
}
