using System.CommandLine;
using System.CommandLine.Parsing;
using Coffer.Cli.Output;
using Coffer.Oci;

namespace Coffer.Cli.CommandLine;

/// <summary>Wrong usage in one line, with where to read more; exit status 2, not the parser library's 1.</summary>
internal static class UsageErrors
{
    public static int Report(ParseResult parsed, TextWriter error)
    {
        var command = PathOf(parsed.CommandResult);
        var hint = $"{command} --help lists what can be written";
        var stray = Stray(parsed);
        var message = stray is not null ? $"'{Printable.Of(stray.Value.Split('=')[0])}' is no option of {command}"
            : parsed.CommandResult.Command is not RootCommand ? Lower(parsed.Errors[0].Message)
            : parsed.UnmatchedTokens is [var verb, ..] ? $"'{Printable.Of(verb)}' is no verb of coffer"
            : "no verb was given";
        Failure.Write(error, new CofferException(message, ExitStatus.Usage, hint));
        return (int)ExitStatus.Usage;
    }

    /// <summary>True where an unknown option fills an argument's place, which the parser takes for right.</summary>
    public static bool HasStrayOption(ParseResult parsed) => parsed.Action is not HelpWithExamples && parsed.CommandResult.Command is Verb && Stray(parsed) is not null;

    private static Token? Stray(ParseResult parsed) =>
        parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash).FirstOrDefault(t => IsStrayOption(t, parsed));

    // The parser hands an unknown option to the next argument that is free.
    private static bool IsStrayOption(Token token, ParseResult parsed) =>
        token.Type == TokenType.Argument && token.Value.Length > 1 && token.Value[0] == '-'
        && !OptionTokens(parsed.CommandResult).Contains(token);

    private static HashSet<Token> OptionTokens(CommandResult command) =>
        [.. command.Children.OfType<OptionResult>().SelectMany(o => o.Tokens)];

    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : "coffer";

    private static string Lower(string message)
    {
        var line = message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        return line.Length == 0 ? "wrong usage" : char.ToLowerInvariant(line[0]) + line[1..];
    }
}
