using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Coffer.Cli.Commands;
using Coffer.Cli.Commands.Attest;
using Coffer.Cli.Commands.Broker;
using Coffer.Cli.Commands.Keyprovider;

namespace Coffer.Cli.CommandLine;

/// <summary>The whole command line: every verb, and what happens when it is wrong.</summary>
internal static class CofferCommand
{
    // A file named on the command line is never expanded into arguments: "@tag" is how layouts name a position.
    private static readonly ParserConfiguration Grammar = new() { ResponseFileTokenReplacer = null };

    /// <summary>The command with all of its verbs.</summary>
    public static RootCommand Build(Session session) => Build(session, []);

    // With only what these arguments can ask for.
    private static RootCommand Build(Session session, IReadOnlyList<string> args)
    {
        var root = new RootCommand("Encrypt container images, and release their keys to machines that prove what they are.");
        if (args is not ["--version"]) Verbs(session, args is [_, var next, ..] ? next : null).AddTo(root, args is [var verb, ..] ? verb : null);
        return WithHelp(root);
    }

    private static VerbTable Verbs(Session session, string? next) => new()
    {
        { "encrypt", () => new EncryptCommand(session) },
        { "decrypt", () => new DecryptCommand(session) },
        { "rewrap", () => new RewrapCommand(session) },
        { "copy", () => new CopyCommand(session) },
        { "inspect", () => new InspectCommand(session) },
        { "verify", () => new VerifyCommand(session) },
        { "keyprovider", () => new KeyProviderCommand(session, next) },
        { "attest", () => new AttestCommand(session) },
        { "broker", () => new BrokerCommand(session) },
        { CtdDecoderCommand.VerbName, () => new CtdDecoderCommand(session) },
        { "doctor", () => new DoctorCommand(session) },
        { "demo", () => new DemoCommand(session) },
        { "completion", () => new CompletionCommand(session) },
        { "help", () => new HelpCommand(session) },
    };

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
        Command root = session.CalledAs == CtdDecoderCommand.VerbName ? WithHelp(new CtdDecoderCommand(session) { new HelpOption() }) : Build(session, args);
        var parsed = root.Parse(args, Grammar);
        if (parsed.Action is null or ParseErrorAction || UsageErrors.AreHidden(parsed, args)) return UsageErrors.Report(parsed, args, session.Error);
        if (parsed.CommandResult.Command is Verb { HearsSignals: true }) session.HearSignals();
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
