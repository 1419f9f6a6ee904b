namespace Coffer.Attestation.Tpm.Transport;

/// <summary>A TPM behind a device file: a command is one write, its response one read.</summary>
internal sealed class DeviceChannel : ITpmChannel
{
    private const int Busy = 16; // EBUSY
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly FileStream _file;

    private DeviceChannel(FileStream file) => _file = file;

    /// <summary>Opens the device; while another program has it open and the kernel shares it with nobody, tries again.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: it is not there, or not ours to use.</exception>
    public static async Task<DeviceChannel> OpenAsync(TpmDeviceAddress address, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // Without a buffer: what is written goes out at once and as a whole. Shared, because the kernel decides who may.
                return new DeviceChannel(new FileStream(address.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0, useAsync: true));
            }
            catch (IOException e) when ((e.HResult & 0xFFFF) == Busy)
            {
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
            catch (UnauthorizedAccessException e)
            {
                throw new AttestationException(AttestationFault.Unavailable, $"the TPM {address} may not be used by this user", "run as root, or as a user in the group of the device (often tss)", e);
            }
            catch (Exception e) when (e is IOException or NotSupportedException or ArgumentException)
            {
                throw new AttestationException(AttestationFault.Unavailable, $"the TPM {address} cannot be opened: {e.Message}", "name another with --tpm", e);
            }
        }
    }

    public async Task<byte[]> ExchangeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        await _file.WriteAsync(command, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[ResponseHeader.MostBytes];
        var read = await _file.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        var header = ResponseHeader.Parse(buffer.AsSpan(0, read));
        return header.Size == read ? buffer[..read] : throw ResponseHeader.Malformed($"claims {header.Size} bytes and has {read}");
    }

    public void Dispose() => _file.Dispose();
}
