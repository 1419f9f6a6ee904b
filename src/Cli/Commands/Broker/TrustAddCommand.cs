using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.Output;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker trust add</c>.</summary>
internal sealed class TrustAddCommand : BrokerVerb
{
    private const int MostBytes = 1024 * 1024;
    private readonly Argument<string> _file = new("FILE") { Description = "PEM file of roots, intermediates and revocation lists" };

    public TrustAddCommand(Session session)
        : base(session, "add", "Believe TPMs whose endorsement certificates lead to these roots. An intermediate needs its root, here or there before.", "coffer broker trust add ek-roots.pem")
    {
        Note = "Nothing is fetched from addresses that certificates name. Where revocation lists are given, an outdated one refuses.";
        Add(_file);
    }

    protected override async Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var pem = await InputFile.ReadAsync(parsed.GetRequiredValue(_file), Session, MostBytes, cancellationToken).ConfigureAwait(false);
        return await broker.SendAsync(HttpMethod.Post, "trust", pem, "application/x-pem-file", cancellationToken).ConfigureAwait(false);
    }

    protected override void Show(ParseResult parsed, JsonNode? answer) => TextTable.Write(
        Output, ["KIND", "SHA256", "NAME"], [.. (answer as JsonArray ?? []).Select(a => (IReadOnlyList<string>)[JsonFacts.Of(a, "kind"), JsonFacts.Of(a, "sha256"), JsonFacts.Of(a, "name")])]);
}
