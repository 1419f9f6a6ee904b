using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Coffer.Cli.CommandLine;

/// <summary>The parser's help, then the verb's examples; at the top also what the exit status means.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    private const string ExitStatus = """
        Exit status:
          0  done
          1  failed
          2  wrong usage
          3  no usable key
          4  integrity failure: a MAC, digest or signature does not hold
          5  denied by policy
          6  registry, provider or broker unreachable

        """;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var status = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is Verb { Note: { } note })
        {
            output.WriteLine("Note:");
            foreach (var line in note.Split('\n')) output.WriteLine(line.Length == 0 ? line : $"  {line}");
            output.WriteLine();
        }
        if (parseResult.CommandResult.Command is Verb { Examples.Count: > 0 } verb)
        {
            output.WriteLine("Examples:");
            foreach (var example in verb.Examples) output.WriteLine($"  {example}");
            output.WriteLine();
        }
        if (parseResult.CommandResult.Command is RootCommand) output.WriteLine(ExitStatus);
        return status;
    }
}
