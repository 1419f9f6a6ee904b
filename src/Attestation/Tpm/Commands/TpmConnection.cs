using Coffer.Attestation.Tpm.Transport;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>
/// A TPM for the time of one operation. Remembers what transient objects and sessions were made and, when disposed, flushes what is
/// left of them: a TPM without a resource manager has room for three. For one caller at a time.
/// </summary>
/// <param name="channel">Ours to dispose.</param>
/// <param name="address">For messages.</param>
/// <param name="time">For deadlines and pauses.</param>
internal sealed class TpmConnection(ITpmChannel channel, TpmAddress address, TimeProvider time) : IAsyncDisposable
{
    private const int MostAttempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(3); // hardware may think that long about an RSA key
    private readonly List<uint> _loaded = [];
    private readonly List<TpmSession> _sessions = [];
    private bool _broken;

    /// <summary>Runs a command; while the TPM asks for patience, again.</summary>
    /// <param name="command">Which.</param>
    /// <param name="cancellationToken">Asked before the command is sent. What was sent is waited for, because it may make a handle that
    /// must be flushed.</param>
    /// <exception cref="TpmCommandException">The TPM refused.</exception>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>, <see cref="AttestationFault.Malformed"/> or
    /// <see cref="AttestationFault.Untrusted"/>.</exception>
    public async Task<TpmResponse> RunAsync(TpmCommand command, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var response = await ExchangeAsync(CommandBytes.Of(command), CommandLimit, CancellationToken.None).ConfigureAwait(false);
            try
            {
                // Before anything that may fail: the handle is there, whatever the rest of the response looks like.
                if (command.AnswersHandle && HandleOf(response) is { } made) _loaded.Add(made);
                return CommandBytes.Read(command, response);
            }
            catch (TpmCommandException e) when (e.Code.IsTransient && attempt < MostAttempts)
            {
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Asks whether anybody is there, patiently: the first thing to do, since a TPM that another client holds takes in the
    /// connection and the command, and says nothing.</summary>
    /// <param name="command">One that makes nothing.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task ProbeAsync(TpmCommand command, TimeSpan patience, CancellationToken cancellationToken) =>
        CommandBytes.Read(command, await ExchangeAsync(CommandBytes.Of(command), patience, cancellationToken).ConfigureAwait(false));

    /// <summary>Takes over a session: disposed and flushed with the connection.</summary>
    public TpmSession Keep(TpmSession session)
    {
        _sessions.Add(session);
        return session;
    }

    /// <summary>The handle is no more, or somebody else's to flush.</summary>
    public void Forget(uint handle) => _loaded.Remove(handle);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions) session.Dispose();
        try
        {
            // Newest first, and each on its own: one that cannot be flushed must not keep the others.
            for (var i = _loaded.Count - 1; i >= 0 && !_broken; i--)
            {
                await FlushQuietlyAsync(_loaded[i]).ConfigureAwait(false);
            }
        }
        finally
        {
            channel.Dispose();
        }
    }

    private static uint? HandleOf(ReadOnlySpan<byte> response) => response.Length >= ResponseHeader.Bytes + sizeof(uint) && ResponseHeader.Parse(response).Code.IsSuccess
        ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(response[ResponseHeader.Bytes..])
        : null;

    private async Task FlushQuietlyAsync(uint handle)
    {
        try
        {
            await this.FlushContextAsync(handle, CancellationToken.None).ConfigureAwait(false);
        }
        catch (AttestationException)
        {
            // The operation itself has gone well or failed for a reason of its own, and that is what the caller hears.
        }
    }

    private async Task<byte[]> ExchangeAsync(byte[] command, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await channel.ExchangeAsync(command, either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _broken = true;
            throw e switch
            {
                OperationCanceledException when !cancellationToken.IsCancellationRequested =>
                    new AttestationException(AttestationFault.Unavailable, $"the TPM at {address} did not answer within {limit.TotalSeconds:0.#} seconds", TpmDevice.BusyHint, e),
                IOException => new AttestationException(AttestationFault.Unavailable, $"the connection to the TPM at {address} broke", "was the TPM stopped or reset?", e),
                _ => e,
            };
        }
    }
}
