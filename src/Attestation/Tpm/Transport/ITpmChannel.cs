namespace Coffer.Attestation.Tpm.Transport;

/// <summary>A way to a TPM: one command goes in, one response comes out. For one caller at a time; disposal closes it.</summary>
internal interface ITpmChannel : IDisposable
{
    /// <summary>Sends a command and takes the response to it.</summary>
    /// <param name="command">Header included.</param>
    /// <param name="cancellationToken">Ends the wait; the channel is of no use afterwards, since the response may still come.</param>
    /// <returns>The response with its header, whose tag and size were checked.</returns>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: what came is no response.</exception>
    /// <exception cref="IOException">The channel broke.</exception>
    Task<byte[]> ExchangeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken);
}
