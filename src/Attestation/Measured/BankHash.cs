using System.Buffers;
using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Measured;

/// <summary>One content hashed for several banks in one pass, with a buffer of fixed size however long it is.</summary>
internal sealed class BankHash(IReadOnlyList<TpmAlgorithm> banks) : IDisposable
{
    private const int BufferBytes = 128 * 1024;

    private readonly IncrementalHash[] _hashes = [.. banks.Select(bank => IncrementalHash.CreateHash(TpmHash.Platform(bank)))];

    public void Append(ReadOnlySpan<byte> data)
    {
        foreach (var hash in _hashes) hash.AppendData(data);
    }

    /// <summary>Appends what a stream holds from its position on.</summary>
    /// <param name="content">Where to read.</param>
    /// <param name="length">How many bytes; null for all that are left.</param>
    /// <param name="cancellationToken">Looked at for each buffer.</param>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>: there are fewer.</exception>
    public void Append(Stream content, long? length, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (var left = length ?? long.MaxValue; left > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = content.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (read == 0)
                {
                    if (length is null) return;
                    throw new AttestationException(AttestationFault.Malformed, $"the content ends {left} bytes too early", "it was changed while it was read, or cut off");
                }
                Append(buffer.AsSpan(0, read));
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The digests in the order of the banks; a new content begins.</summary>
    public byte[][] Finish() => [.. _hashes.Select(hash => hash.GetHashAndReset())];

    public void Dispose()
    {
        foreach (var hash in _hashes) hash.Dispose();
    }
}
