using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Coffer.Cli.Commands;
using Coffer.Oci;

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
        root.Add(new CopyCommand(session));
        root.Add(new InspectCommand(session));
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help } helpOption) helpOption.Action = new HelpWithExamples(help);
        }
        return root;
    }

    /// <returns>The exit status.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> args, Session session, CancellationToken cancellationToken)
    {
        var root = Build(session);
        var parsed = root.Parse(args, Grammar);
        if (parsed.Errors.Count > 0 && parsed.Action is null or ParseErrorAction) return UsageErrors.Report(parsed, session.Error);
        if (parsed.Action is null) return UsageErrors.NoVerb(parsed, session);
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
