using System.Diagnostics;
using System.Text;

namespace Coffer.Support;

/// <summary>Runs programs without a shell, with bounded time and bounded output.</summary>
public static class Tool
{
    private const int MaxOutput = 64 * 1024 * 1024; // bytes kept per stream; more fails the run

    /// <summary>Runs a program to its end and returns what it said, whatever its exit status.</summary>
    /// <exception cref="TimeoutException">It took longer than <see cref="ToolOptions.Timeout"/>; its whole tree was killed.</exception>
    public static async Task<ToolResult> RunAsync(
        string file, IEnumerable<string> arguments, ToolOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ToolOptions();
        var start = StartInfo(file, arguments, options);
        var command = $"{file} {string.Join(' ', start.ArgumentList)}";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Timeout);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {file}");
        using var errors = new MemoryStream();
        using var output = new MemoryStream();
        try
        {
            await Task.WhenAll(
                FeedAsync(process, options.Input, limit.Token),
                CollectAsync(process.StandardOutput.BaseStream, output, limit.Token),
                CollectAsync(process.StandardError.BaseStream, errors, limit.Token),
                process.WaitForExitAsync(limit.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{command}\nstill ran after {options.Timeout}; stderr so far: {Text(errors)}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        return new ToolResult(command, process.ExitCode, output.ToArray(), Text(errors));
    }

    /// <summary>The same with the arguments in place, as a person would type them.</summary>
    public static Task<ToolResult> RunAsync(string file, params string[] arguments) =>
        RunAsync(file, arguments, options: null);

    internal static ProcessStartInfo StartInfo(string file, IEnumerable<string> arguments, ToolOptions options)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = options.WorkingDirectory ?? string.Empty,
        };
        foreach (var (name, value) in options.Environment)
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        return start;
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It closed its end without reading everything; its exit status says whether that was right.
        }
    }

    private static async Task CollectAsync(Stream from, MemoryStream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (to.Length + read > MaxOutput)
                throw new InvalidOperationException($"more than {MaxOutput} bytes of output");
            to.Write(buffer, 0, read);
        }
    }

    private static string Text(MemoryStream stream) => Encoding.UTF8.GetString(stream.ToArray());
}
