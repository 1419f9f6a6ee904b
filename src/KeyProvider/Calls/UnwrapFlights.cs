using System.Security.Cryptography;

namespace Coffer.KeyProvider.Calls;

/// <summary>
/// Lets identical unwraps that are under way at the same time share one flight to the source. A caller that goes away does not
/// disturb the others; the last one gone cancels the flight. Nothing outlives it: a failure is told to those who wait, and the
/// next call begins anew.
/// </summary>
internal sealed class UnwrapFlights
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PacketDigest, Flight> _flights = [];

    /// <summary>The private options, in an array of the caller's own, which it zeroes.</summary>
    /// <param name="packet">What is unwrapped.</param>
    /// <param name="trace">Gets the source asked, and whether the flight was another's.</param>
    /// <param name="begin">Starts the flight; must not block.</param>
    /// <param name="cancellationToken">This caller went away.</param>
    public async Task<byte[]> JoinAsync(
        PacketDigest packet, CallTrace trace, Func<CallTrace, CancellationToken, Task<byte[]>> begin, CancellationToken cancellationToken)
    {
        var flight = Board(packet, begin, out var shared);
        trace.Origin = shared ? AnswerOrigin.SharedFlight : AnswerOrigin.Source;
        var arrived = false;
        byte[]? options = null;
        try
        {
            await flight.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            arrived = true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw SourceFailure.Cancelled();
        }
        finally
        {
            trace.Source = flight.Trace.Source;
            options = Leave(packet, flight, arrived);
        }
        return options!;
    }

    private Flight Board(PacketDigest packet, Func<CallTrace, CancellationToken, Task<byte[]>> begin, out bool shared)
    {
        lock (_lock)
        {
            shared = _flights.TryGetValue(packet, out var flight) && !flight.Task.IsCompleted;
            if (!shared) _flights[packet] = flight = new Flight(begin);
            flight!.Waiters++;
            return flight;
        }
    }

    /// <returns>The last one to leave gets the flight's own array, the others a copy; null for one that did not wait.</returns>
    private byte[]? Leave(PacketDigest packet, Flight flight, bool arrived)
    {
        byte[]? options = null;
        bool last;
        lock (_lock)
        {
            last = --flight.Waiters == 0;
            if (last && _flights.GetValueOrDefault(packet) == flight) _flights.Remove(packet);
            if (arrived) options = last ? flight.Task.Result : Pinned(flight.Task.Result);
        }
        if (last) flight.End(taken: arrived);
        return options;
    }

    private static byte[] Pinned(byte[] options)
    {
        var copy = GC.AllocateUninitializedArray<byte>(options.Length, pinned: true);
        options.CopyTo(copy, 0);
        return copy;
    }

    private sealed class Flight : IDisposable
    {
        private readonly CancellationTokenSource _cancel = new();

        public Flight(Func<CallTrace, CancellationToken, Task<byte[]>> begin) => Task = begin(Trace, _cancel.Token);

        public Task<byte[]> Task { get; }

        public CallTrace Trace { get; } = new();

        public int Waiters { get; set; }

        /// <summary>Nobody waits any longer: stops it where it is still under way, and zeroes what nobody took.</summary>
        public void End(bool taken)
        {
            if (taken) Dispose();
            else _ = StopAsync();
        }

        private async Task StopAsync()
        {
            await _cancel.CancelAsync().ConfigureAwait(false);
            try
            {
                CryptographicOperations.ZeroMemory(await Task.ConfigureAwait(false));
            }
            catch (Exception)
            {
                // Those who waited for it have been told.
            }
            Dispose();
        }

        public void Dispose() => _cancel.Dispose();
    }
}
