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
            HearSignals = interruption.Begin,
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
