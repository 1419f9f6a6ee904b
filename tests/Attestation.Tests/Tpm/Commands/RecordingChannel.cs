using Coffer.Attestation.Tpm.Transport;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>Keeps the responses that come through another channel.</summary>
internal sealed class RecordingChannel(ITpmChannel inner) : ITpmChannel
{
    public List<byte[]> Responses { get; } = [];

    public async Task<byte[]> ExchangeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        var response = await inner.ExchangeAsync(command, cancellationToken);
        Responses.Add([.. response]);
        return response;
    }

    public void Dispose() => inner.Dispose();
}

/// <summary>Answers every command with the same bytes.</summary>
internal sealed class FixedChannel(byte[] response) : ITpmChannel
{
    public Task<byte[]> ExchangeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken) => Task.FromResult<byte[]>([.. response]);

    public void Dispose()
    {
    }
}

/// <summary>Changes one byte of the responses to one command.</summary>
internal sealed class TamperingChannel(ITpmChannel inner, TpmCommandCode command, int fromEnd) : ITpmChannel
{
    public async Task<byte[]> ExchangeAsync(ReadOnlyMemory<byte> sent, CancellationToken cancellationToken)
    {
        var response = await inner.ExchangeAsync(sent, cancellationToken);
        if (sent.Span[6..10].SequenceEqual(TpmCommand.Write(w => w.UInt32((uint)command)))) response[^fromEnd] ^= 1;
        return response;
    }

    public void Dispose() => inner.Dispose();
}
