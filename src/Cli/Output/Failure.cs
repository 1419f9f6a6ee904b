using Coffer.Oci;

namespace Coffer.Cli.Output;

/// <summary>
/// Errors as people see them: <c>coffer: error:</c> and one line in lower case, details below it, then <c>coffer: hint:</c>.
/// No stack trace, unless COFFER_DEBUG=1 asks for one.
/// </summary>
internal static class Failure
{
    private const int InterruptedStatus = 130;
    private const int NoSpace = 28;

    /// <summary>Says what went wrong and returns the exit status.</summary>
    public static int Report(Exception exception, Session session)
    {
        var status = Report(Unwrap(exception), session.Error);
        if (Environment.GetEnvironmentVariable("COFFER_DEBUG") == "1") session.Error.WriteLine(exception);
        session.Error.Flush();
        return status;
    }

    /// <summary>Writes the error with its details and its hint.</summary>
    public static void Write(TextWriter error, CofferException e)
    {
        error.WriteLine($"coffer: error: {Printable.Of(e.Message, 4096)}");
        foreach (var detail in e.Details) error.WriteLine($"  {Printable.Of(detail, 1024)}");
        if (e.Hint is { } hint) error.WriteLine($"coffer: hint: {Printable.Of(hint, 2048)}");
    }

    private static int Report(Exception e, TextWriter error)
    {
        switch (e)
        {
            case CofferException known:
                Write(error, known);
                return (int)known.ExitStatus;
            case OperationCanceledException:
                error.WriteLine("coffer: error: interrupted; nothing was left at the destination");
                return InterruptedStatus;
            default:
                var translated = Translate(e);
                Write(error, translated);
                return (int)translated.ExitStatus;
        }
    }

    /// <summary>What went wrong, in one line. What the rooms let through all the same never shows the type names and paths of a stack trace.</summary>
    public static CofferException Translate(Exception e) => e switch
    {
        CofferException known => known,
        IOException { HResult: NoSpace } => new("no space left on the device", hint: "free some space; nothing of the image was left behind", inner: e),
        UnauthorizedAccessException => new("permission denied", hint: "check the owner and mode of the files and directories named", inner: e),
        HttpRequestException => new($"a server cannot be reached: {Printable.Of(e.Message)}", ExitStatus.Unreachable, inner: e),
        IOException => new(Printable.Of(e.Message), inner: e),
        OutOfMemoryException => new("out of memory", inner: e),
        _ => new($"internal error: {Printable.Of(e.Message)}", hint: "this is a fault in coffer: please report it with what COFFER_DEBUG=1 prints", inner: e),
    };

    private static Exception Unwrap(Exception e) =>
        e is AggregateException { InnerExceptions: [var only] } ? Unwrap(only) : e;
}
