using System.Runtime.InteropServices;
using System.Text;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.Cli.Terminal;

[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace Coffer.Cli;

/// <summary>The executable: puts the rooms together and turns what happens into an exit status.</summary>
internal static class Program
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static async Task<int> Main(string[] args)
    {
        using var interruption = new Interruption();
        // The console's own readers and writers would set up the terminal for keys, which nothing here reads.
        using var stdin = new StreamReader(Console.OpenStandardInput(), Utf8);
        using var stdout = new StreamWriter(Console.OpenStandardOutput(), Utf8) { AutoFlush = true };
        using var stderr = new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true };
        var session = new Session(stdin, stdout, stderr)
        {
            OpenInput = Console.OpenStandardInput,
            OpenOutput = Console.OpenStandardOutput,
            InputIsTerminal = !Console.IsInputRedirected,
            Screen = Screen.OnStandardError(),
            Prompt = PasswordPrompt.AskAsync,
            CalledAs = Path.GetFileName(Environment.GetCommandLineArgs().FirstOrDefault("coffer")),
        };
        var status = await RunAsync(args, session, interruption.Token).ConfigureAwait(false);
        return interruption.Signal is { } signal && status != 0 ? 128 + signal : status;
    }

    /// <summary>Runs one command line in this process, without a terminal.</summary>
    public static Task<int> RunAsync(
        IReadOnlyList<string> args, TextReader stdin, TextWriter stdout, TextWriter stderr, CancellationToken cancellationToken = default) =>
        RunAsync(args, new Session(stdin, stdout, stderr), cancellationToken);

    /// <summary>Runs one command line.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Session session, CancellationToken cancellationToken)
    {
        try
        {
            return await CofferCommand.InvokeAsync(args, session, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return Failure.Report(e, session);
        }
    }
}

/// <summary>Ctrl-C and a request to terminate cancel the work, so that it can clean up; asking again ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private const int Interrupt = 2, Terminate = 15;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Interrupt)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, Terminate)),
    ];

    public CancellationToken Token => _source.Token;

    /// <summary>The number of the signal that came; null if none did.</summary>
    public int? Signal { get; private set; }

    private void Stop(PosixSignalContext context, int signal)
    {
        if (Signal is not null) return;
        context.Cancel = true;
        Signal = signal;
        _source.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }
}
