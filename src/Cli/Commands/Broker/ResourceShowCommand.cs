using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.Output;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker resource show</c>.</summary>
internal sealed class ResourceShowCommand : BrokerVerb
{
    private static readonly (string Title, string Member)[] Columns =
    [
        ("VERSION", "version"), ("BYTES", "size"), ("PUT", "put"), ("BY", "by"), ("CURRENT", "current"), ("NAMED", "named"), ("WRAPS", "wraps"), ("EXPIRES", "expires"), ("RETIRES", "retires"),
        ("PERMITTED UNTIL", "permitted_until"), ("RELEASED", "released"),
    ];

    private readonly Argument<string> _path = new("PATH") { Description = ResourceArgument.Description };

    public ResourceShowCommand(Session session)
        : base(session, "show", "Show a resource with its versions: which wraps, which retires when, which is released. Prints no content.", "coffer broker resource show default/image-kek/team-a")
    {
        Note = """
            CURRENT is the newest version, which wraps. NAMED is the one that the path without a version means: the last that was
            put; a rotation does not move it. RELEASED says whether a policy may release it now.
            """;
        Add(_path);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.GetAsync(ResourceArgument.PathOf(parsed.GetRequiredValue(_path)), cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        foreach (var member in (string[])["path", "labels", "expires", "deleted", "deleted_by"])
        {
            if (JsonFacts.Of(answer, member, 512) is var text && text != "-") Output.WriteLine($"{member.Replace('_', ' ')}: {text}");
        }
        if (answer?["versions"] is JsonArray versions) TextTable.Write(Output, [.. Columns.Select(c => c.Title)], [.. versions.Select(v => (IReadOnlyList<string>)[.. Columns.Select(c => JsonFacts.Of(v, c.Member))])]);
    }
}
