using System.Text;
using Xunit;

namespace Coffer.Support;

/// <summary>How a program is run. Every member has a sensible default.</summary>
public sealed record ToolOptions
{
    /// <summary>Bytes written to standard input, which is then closed. Empty: closed at once.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>After this long the program and all its children are killed and <see cref="TimeoutException"/> is thrown.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Added to the inherited environment; a null value removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Working directory; null: that of the test process.</summary>
    public string? WorkingDirectory { get; init; }
}

/// <summary>What a program left behind.</summary>
/// <param name="Command">The command line, for messages.</param>
/// <param name="ExitCode">Exit status; 128 + n when signal n ended it.</param>
/// <param name="OutputBytes">Standard output, all of it.</param>
/// <param name="Error">Standard error as text.</param>
public sealed record ToolResult(string Command, int ExitCode, ReadOnlyMemory<byte> OutputBytes, string Error)
{
    /// <summary>Standard output as UTF-8 text.</summary>
    public string Output => Encoding.UTF8.GetString(OutputBytes.Span);

    /// <summary>Fails the test, quoting both streams, unless the exit status is the expected one. Returns itself.</summary>
    public ToolResult ShouldExit(int expected)
    {
        if (ExitCode != expected)
            Assert.Fail($"{this}\nexpected exit status {expected}");
        return this;
    }

    /// <summary>Fails the test, quoting both streams, unless the program succeeded. Returns itself.</summary>
    public ToolResult ShouldSucceed() => ShouldExit(0);

    /// <inheritdoc/>
    public override string ToString() => $"{Command}\nexit status {ExitCode}\nstdout: {Output}\nstderr: {Error}";
}
