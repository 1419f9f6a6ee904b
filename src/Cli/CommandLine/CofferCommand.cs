using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Coffer.Cli.Commands;
using Coffer.Cli.Commands.Broker;
using Coffer.Cli.Commands.Keyprovider;

namespace Coffer.Cli.CommandLine;

/// <summary>The whole command line: every verb, and what happens when it is wrong.</summary>
internal static class CofferCommand
{
    // A file named on the command line is never expanded into arguments: "@tag" is how layouts name a position.
    private static readonly ParserConfiguration Grammar = new() { ResponseFileTokenReplacer = null };

    public static RootCommand Build(Session session)
    {
        var root = new RootCommand("Encrypt, decrypt and inspect container images.");
        root.Add(new EncryptCommand(session));
        root.Add(new DecryptCommand(session));
        root.Add(new RewrapCommand(session));
        root.Add(new CopyCommand(session));
        root.Add(new InspectCommand(session));
        root.Add(new VerifyCommand(session));
        root.Add(new KeyProviderCommand(session));
        root.Add(new BrokerCommand(session));
        root.Add(new CtdDecoderCommand(session));
        root.Add(new DoctorCommand(session));
        root.Add(new DemoCommand(session));
        root.Add(new CompletionCommand(session));
        root.Add(new HelpCommand(session));
        return WithHelp(root);
    }

    private static T WithHelp<T>(T root) where T : Command
    {
        foreach (var option in root.Options)
        {
            if (option is not HelpOption { Action: HelpAction help } helpOption) continue;
            helpOption.Action = new HelpWithExamples(help);
            // A slash begins a path here.
            helpOption.Aliases.Remove("/h");
            helpOption.Aliases.Remove("/?");
        }
        return root;
    }

    /// <returns>The exit status.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> args, Session session, CancellationToken cancellationToken)
    {
        // Through a link of that name the executable is the program that containerd's own configuration names.
        Command root = session.CalledAs == CtdDecoderCommand.VerbName ? WithHelp(new CtdDecoderCommand(session) { new HelpOption() }) : Build(session);
        var parsed = root.Parse(args, Grammar);
        if (parsed.Action is null or ParseErrorAction || UsageErrors.AreHidden(parsed, args)) return UsageErrors.Report(parsed, args, session.Error);
        var invocation = new InvocationConfiguration
        {
            Output = session.Output,
            Error = session.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(invocation, cancellationToken).ConfigureAwait(false);
    }
}
