using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Oci;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer help [VERB]</c>: the same as <c>coffer [VERB] --help</c>.</summary>
internal sealed class HelpCommand : Verb
{
    private readonly Argument<string?> _verb = new("VERB") { Description = "whose help is shown", Arity = ArgumentArity.ZeroOrOne };

    public HelpCommand(Session session)
        : base("help", "Show help, also on one verb.", "coffer help encrypt")
    {
        Add(_verb);
        SetAction((parsed, cancellationToken) =>
        {
            var verb = parsed.GetValue(_verb);
            if (verb is not null && !CofferCommand.Build(session).Subcommands.Any(c => c.Name == verb))
            {
                throw new CofferException($"'{Printable.Of(verb)}' is no verb of coffer", ExitStatus.Usage, "coffer --help lists them");
            }
            return CofferCommand.InvokeAsync(verb is null ? ["--help"] : [verb, "--help"], session, cancellationToken);
        });
    }
}
