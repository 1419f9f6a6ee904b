using System.Text;

namespace Coffer.KeyBroker.Tests.Running;

/// <summary>What is written to it, line by line; whoever writes, writes whole lines.</summary>
internal sealed class LineStream(Action<string> line) : MemoryStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        foreach (var text in Encoding.UTF8.GetString(buffer.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)) line(text);
        return ValueTask.CompletedTask;
    }
}
