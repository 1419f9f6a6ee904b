using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Processes;

/// <summary>Runs a program without a shell, within bounds of time and output.</summary>
/// <param name="Program">Absolute path.</param>
/// <param name="Arguments">Handed over verbatim.</param>
internal sealed record ProgramRun(string Program, IReadOnlyList<string> Arguments)
{
    private const int MaxComplaint = 8 * 1024; // bytes of standard error that are kept; the rest is read and dropped

    /// <summary>Bytes of standard output beyond which the program is killed.</summary>
    public int MaxOutput { get; init; } = 4 * 1024 * 1024;

    /// <summary>After this long the program and all its children are killed.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Runs to the end. Standard input receives <paramref name="input"/> and is then closed; the environment is inherited.</summary>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the process tree was killed.</exception>
    public async Task<ProgramOutcome> RunAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Deadline);
        using var process = Process.Start(new ProcessStartInfo(Program, Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new Win32Exception($"cannot start {Program}");
        using var output = new MemoryStream(64 * 1024); // an answer fits without growing, so that zeroing it leaves no copy
        using var complaint = new MemoryStream();
        try
        {
            // What fails first ends the others: a program that writes too much must not wait for its input to be read.
            var tasks = new List<Task>
            {
                FeedAsync(process, input, limit.Token),
                CollectAsync(process.StandardOutput.BaseStream, output, MaxOutput, refuseMore: true, limit.Token),
                CollectAsync(process.StandardError.BaseStream, complaint, MaxComplaint, refuseMore: false, limit.Token),
                process.WaitForExitAsync(limit.Token),
            };
            // Reading a pipe that a stray grandchild holds open cannot always be cancelled: the watchdog ends the wait itself.
            var watchdog = Task.Delay(Timeout.Infinite, limit.Token);
            while (tasks.Count > 0)
            {
                var ended = await Task.WhenAny([watchdog, .. tasks]).ConfigureAwait(false);
                tasks.Remove(ended);
                await ended.ConfigureAwait(false);
            }
            return new ProgramOutcome(ProgramEnd.Exited, process.ExitCode, output.ToArray(), Text(complaint));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProgramOutcome(ProgramEnd.TimedOut, -1, [], Text(complaint));
        }
        catch (OutputTooLargeException)
        {
            return new ProgramOutcome(ProgramEnd.TooMuchOutput, -1, [], Text(complaint));
        }
        finally
        {
            Kill(process);
            await limit.CancelAsync().ConfigureAwait(false);
            CryptographicOperations.ZeroMemory(output.GetBuffer());
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or NotSupportedException or AggregateException)
        {
            // It ended in the same moment.
        }
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken).ConfigureAwait(false);
            await process.StandardInput.BaseStream.FlushAsync(cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It closed its end without reading everything; its exit status tells whether that was right.
        }
    }

    private static async Task CollectAsync(Stream from, MemoryStream to, int limit, bool refuseMore, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            var room = limit - (int)to.Length;
            if (read > room && refuseMore) throw new OutputTooLargeException();
            lock (to) to.Write(buffer, 0, Math.Min(read, room));
        }
        CryptographicOperations.ZeroMemory(buffer);
    }

    private static string Text(MemoryStream complaint)
    {
        lock (complaint)
        {
            var text = Encoding.UTF8.GetString(complaint.GetBuffer(), 0, (int)complaint.Length);
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return Printable.Of(string.Join("; ", lines), 512);
        }
    }

    private sealed class OutputTooLargeException : Exception;
}
