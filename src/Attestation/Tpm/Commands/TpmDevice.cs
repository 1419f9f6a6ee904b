using Coffer.Attestation.Tpm.Transport;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>
/// A TPM that is opened for each operation and closed after it, so that other programs get their turn: a software TPM, and
/// <c>/dev/tpm0</c>, serve one client at a time. Safe for many calls at once; they follow each other.
/// </summary>
/// <param name="address">Where it is.</param>
/// <param name="time">For deadlines.</param>
/// <param name="patience">How long to wait for another client to be done; null: 30 seconds.</param>
internal sealed class TpmDevice(TpmAddress address, TimeProvider time, TimeSpan? patience = null) : IDisposable
{
    /// <summary>What most likely is the matter where a TPM says nothing.</summary>
    public const string BusyHint = "another client holds this TPM; it serves one at a time: end that one, or use /dev/tpmrm0";

    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Where it is.</summary>
    public TpmAddress Address { get; } = address;

    /// <summary>Opens the TPM, works, flushes all that the work left behind, and closes it.</summary>
    /// <param name="work">Must not keep the connection, nor wait for anything but the TPM.</param>
    /// <param name="cancellationToken">Ends the wait for the turn and, between two commands, the work.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: it is not there, busy, or refuses.</exception>
    public async Task<T> UseAsync<T>(Func<TpmConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = new TpmConnection(await OpenAsync(cancellationToken).ConfigureAwait(false), Address, time);
            await using (connection.ConfigureAwait(false))
            {
                await connection.ProbeAsync(CapabilityCommands.Probe, _patience, cancellationToken).ConfigureAwait(false);
                return await work(connection, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<ITpmChannel> OpenAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return Address is TpmDeviceAddress device
                ? await DeviceChannel.OpenAsync(device, time, either.Token).ConfigureAwait(false)
                : await SocketChannel.OpenAsync(Address, time, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AttestationException(AttestationFault.Unavailable, $"the TPM at {Address} could not be opened within {_patience.TotalSeconds:0.#} seconds", BusyHint, e);
        }
    }
}
