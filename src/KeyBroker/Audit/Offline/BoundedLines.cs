using System.Text;

namespace Coffer.KeyBroker.Audit.Offline;

/// <summary>Reads a file line by line, each of bounded length, so that a file without line ends costs no more memory than one with them.</summary>
internal sealed class BoundedLines(Stream stream)
{
    private const int MostBytes = 4 * 1024 * 1024; // an entry of 512 KiB, escaped

    private readonly byte[] _block = new byte[64 * 1024];
    private int _at;
    private int _filled;

    /// <summary>The number of the line that was read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The next line without its end, valid until the next call; null at the end of the file. The last line may lack its end.</summary>
    /// <exception cref="BrokerException">Exit status 4: it is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        var line = new MemoryStream();
        while (true)
        {
            if (_at == _filled)
            {
                (_at, _filled) = (0, await stream.ReadAsync(_block, cancellationToken).ConfigureAwait(false));
                if (_filled == 0)
                {
                    if (line.Length == 0) return null;
                    break;
                }
            }
            var rest = _block.AsSpan(_at, _filled - _at);
            var end = rest.IndexOf((byte)'\n');
            var part = end < 0 ? rest : rest[..end];
            if (line.Length + part.Length > MostBytes) throw ExportBreak.OfLine(Number + 1, $"has more than {MostBytes} bytes");
            line.Write(part);
            _at += end < 0 ? part.Length : part.Length + 1;
            if (end >= 0) break;
        }
        Number++;
        return line.GetBuffer().AsMemory(0, (int)line.Length);
    }
}
