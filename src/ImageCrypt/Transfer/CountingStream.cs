using Coffer.Oci;

namespace Coffer.ImageCrypt.Transfer;

/// <summary>Tells how many bytes pass. Owns the inner stream.</summary>
internal sealed class CountingStream(Stream inner, Action<int> count) : PullStream, IVerifiedContent, IHashedContent, IHandsOverHashing
{
    public Descriptor? Proves => (inner as IVerifiedContent)?.Proves;

    public bool IsHashing => inner is IHashedContent { IsHashing: true };

    public Digest Sha256 => ((IHashedContent)inner).Sha256;

    public bool TryHandOver() => inner is IHandsOverHashing hashing && hashing.TryHandOver();

    public void Judge(Digest actual) => ((IHandsOverHashing)inner).Judge(actual);

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
