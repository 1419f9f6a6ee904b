using Coffer.Oci;

namespace Coffer.ImageCrypt.Transfer;

/// <summary>Tells how many bytes pass. Owns the inner stream.</summary>
internal sealed class CountingStream(Stream inner, Action<int> count) : PullStream, IVerifiedContent
{
    public Descriptor? Proves => (inner as IVerifiedContent)?.Proves;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        count(read);
        return read;
    }

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        count(read);
        return read;
    }

    protected override ValueTask ReleaseAsync() => inner.DisposeAsync();
}
