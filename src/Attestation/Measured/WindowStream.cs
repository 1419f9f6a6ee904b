namespace Coffer.Attestation.Measured;

/// <summary>
/// A part of a file as it stands in memory: its bytes, then zeros up to its size. Read only, with a position of its own; the file's
/// position moves with each read. Does not own the file.
/// </summary>
internal sealed class WindowStream(Stream file, long offset, long stored, long length) : Stream
{
    private long _at;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _at;
        set => _at = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_at >= length) return 0;
        var count = (int)Math.Min(buffer.Length, length - _at);
        if (_at < stored)
        {
            file.Position = offset + _at;
            count = file.Read(buffer[..(int)Math.Min(count, stored - _at)]);
        }
        else
        {
            buffer[..count].Clear();
        }
        _at += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _at + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
