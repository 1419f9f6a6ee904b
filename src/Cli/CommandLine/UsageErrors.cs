using System.CommandLine;
using System.CommandLine.Parsing;
using Coffer.Cli.Output;
using Coffer.Oci;

namespace Coffer.Cli.CommandLine;

/// <summary>Wrong usage in one line, with where to read more; exit status 2, not the parser library's 1.</summary>
internal static class UsageErrors
{
    public static int Report(ParseResult parsed, IReadOnlyList<string> args, TextWriter error)
    {
        var command = PathOf(parsed.CommandResult);
        var hint = $"{command} --help lists what can be written";
        var stray = Stray(parsed);
        var message = WrongSwitch(parsed, args) is { } wrong ? $"{wrong.Name} takes true or false, not '{Printable.Of(wrong.Value)}'"
            : stray is not null ? $"'{Printable.Of(stray.Value.Split('=')[0])}' is no option of {command}"
            : parsed.CommandResult.Command is not RootCommand ? Lower(parsed.Errors[0].Message)
            : parsed.UnmatchedTokens is [var verb, ..] ? $"'{Printable.Of(verb)}' is no verb of coffer"
            : "no verb was given";
        Failure.Write(error, new CofferException(message, ExitStatus.Usage, hint));
        return (int)ExitStatus.Usage;
    }

    /// <summary>True where an unknown option, or a switch's value, fills an argument's place, which the parser takes for right.</summary>
    public static bool AreHidden(ParseResult parsed, IReadOnlyList<string> args) =>
        parsed.Action is not HelpWithExamples && parsed.CommandResult.Command is Verb && (Stray(parsed) is not null || WrongSwitch(parsed, args) is not null);

    // After SWITCH=VALUE the parser keeps the switch and hands a value that is neither true nor false to the next argument.
    private static (string Name, string Value)? WrongSwitch(ParseResult parsed, IReadOnlyList<string> args)
    {
        var switches = parsed.CommandResult.Command.Options.Where(o => o.ValueType == typeof(bool) || o.ValueType == typeof(bool?)).ToList();
        foreach (var arg in args.TakeWhile(a => a != "--"))
        {
            var equals = arg.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || bool.TryParse(arg.AsSpan(equals + 1), out _)) continue;
            var name = arg[..equals];
            if (switches.Any(o => o.Name == name || o.Aliases.Contains(name))) return (name, arg[(equals + 1)..]);
        }
        return null;
    }

    private static Token? Stray(ParseResult parsed) =>
        parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash).FirstOrDefault(t => IsStrayOption(t, parsed));

    // The parser hands an unknown option to the next argument that is free.
    private static bool IsStrayOption(Token token, ParseResult parsed) =>
        token.Type == TokenType.Argument && token.Value.Length > 1 && token.Value[0] == '-'
        && !OptionTokens(parsed.CommandResult).Contains(token);

    private static HashSet<Token> OptionTokens(CommandResult command) =>
        [.. command.Children.OfType<OptionResult>().SelectMany(o => o.Tokens)];

    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}"
        : command.Command is RootCommand ? "coffer" : command.Command.Name;

    private static string Lower(string message)
    {
        var line = message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        return line.Length == 0 ? "wrong usage" : char.ToLowerInvariant(line[0]) + line[1..];
    }
}
