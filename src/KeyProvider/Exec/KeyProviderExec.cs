using System.Security.Cryptography;
using Coffer.KeyProvider.Calls;
using Coffer.KeyProvider.Configuration;

namespace Coffer.KeyProvider.Exec;

/// <summary>
/// The command's front: one request in, one answer out, and nothing else. Touches neither a web server nor a configuration
/// host nor a logging framework: a runtime starts it anew for every layer. With local keys and a token that never fires, all of
/// it happens on the caller's thread: to start others would take longer than the work.
/// </summary>
public static class KeyProviderExec
{
    private const string TraceParent = "TRACEPARENT";
    private const int LongestPush = 1000; // milliseconds that a runtime waits for a collector that does not answer

    /// <summary>Answers one request. Its caller may name key files inside the key folder: it runs with the caller's own rights.</summary>
    /// <param name="settings">What the configuration and the flags say.</param>
    /// <param name="input">The request up to its end, at most 4 MiB; left open.</param>
    /// <param name="output">Gets the answer once all of it is known; left open.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait, also that for the request.</param>
    /// <exception cref="Coffer.Oci.CofferException">A key source cannot be opened, or why there is no answer (<see cref="KeyProviderException"/>); nothing has been written then.</exception>
    public static async Task RunAsync(KeyProviderSettings settings, Stream input, Stream output, TimeProvider time, CancellationToken cancellationToken)
    {
        if (settings.Traces is { } collector) await TracedAsync(collector, settings, input, output, time, cancellationToken).ConfigureAwait(false);
        else await RunAsync(settings, input, output, new CallTrace(), time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The error where standard input is a terminal, at which nobody types such a request.</summary>
    public static KeyProviderException AtATerminal() => RequestStream.Nothing("standard input is a terminal");

    // In a method of its own, so that nothing of traces is loaded for those who want none.
    private static async Task TracedAsync(Uri collector, KeyProviderSettings settings, Stream input, Stream output, TimeProvider time, CancellationToken cancellationToken)
    {
        using var traces = CallSpans.SendTo(collector, LongestPush);
        using var span = CallSpans.Begin(Environment.GetEnvironmentVariable(TraceParent));
        var trace = new CallTrace();
        FailureReason? failure = FailureReason.Internal;
        try
        {
            await RunAsync(settings, input, output, trace, time, cancellationToken).ConfigureAwait(false);
            failure = null;
        }
        catch (KeyProviderException e)
        {
            failure = e.Reason;
            throw;
        }
        finally
        {
            CallSpans.End(span, trace, failure);
        }
    }

    private static async Task RunAsync(KeyProviderSettings settings, Stream input, Stream output, CallTrace trace, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = await RequestStream.ReadAsync(input, cancellationToken).ConfigureAwait(false);
        byte[]? answer = null;
        try
        {
            var options = settings.Core with { AllowKeyFile = true, CacheLifetime = TimeSpan.Zero };
            var core = await KeyProviderCore.OpenAsync(options, settings.Sources, time, cancellationToken).ConfigureAwait(false);
            await using (core.ConfigureAwait(false))
            {
                answer = await core.AnswerAsync(request, trace, cancellationToken).ConfigureAwait(false);
                output.Write(answer);
                output.Flush();
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(request);
            CryptographicOperations.ZeroMemory(answer);
        }
    }
}
