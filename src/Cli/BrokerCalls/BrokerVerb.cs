using System.CommandLine;
using System.Text.Json.Nodes;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.Cli.Terminal;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>A verb that asks a broker over its administration API: the flags for that, <c>--json</c>, and what is printed of the answer.</summary>
internal abstract class BrokerVerb : Verb
{
    private readonly BrokerFlags _flags;
    private readonly Option<bool> _json = new("--json") { Description = "print the broker's answer as one JSON document" };
    private readonly Session _session;

    /// <param name="session">What the run has around it.</param>
    /// <param name="name">As it is typed.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="examples">Command lines.</param>
    protected BrokerVerb(Session session, string name, string description, params string[] examples)
        : base(name, description, examples)
    {
        _session = session;
        _flags = new BrokerFlags(this);
        Add(_json);
        SetAction(RunAsync);
    }

    protected TextWriter Output => _session.Output;

    protected Session Session => _session;

    /// <summary>Whether the answer holds a secret that is shown this once.</summary>
    protected virtual bool AnswersSecret => false;

    /// <summary>Asks.</summary>
    /// <returns>What <c>--json</c> prints; null for an empty object.</returns>
    protected abstract Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken);

    /// <summary>Prints the answer for a person.</summary>
    protected abstract void Show(ParseResult parsed, JsonNode? answer);

    /// <summary>The answer where the flags say that no broker is asked; null where one is.</summary>
    protected virtual Task<JsonNode?>? WithoutBroker(ParseResult parsed, CancellationToken cancellationToken) => null;

    /// <summary>The exit status that an answer means.</summary>
    protected virtual ExitStatus StatusOf(ParseResult parsed, JsonNode? answer) => ExitStatus.Done;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var answer = WithoutBroker(parsed, cancellationToken) is { } offline ? await offline.ConfigureAwait(false) : await AskAsync(parsed, cancellationToken).ConfigureAwait(false);
        if (AnswersSecret) SecretOutput.Protect(_session);
        if (parsed.GetValue(_json)) JsonOutput.Write(Output, answer ?? new JsonObject());
        else Show(parsed, answer);
        return (int)StatusOf(parsed, answer);
    }

    private async Task<JsonNode?> AskAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var broker = _flags.Connect(parsed, _session.Time);
        return await AskAsync(parsed, broker, cancellationToken).ConfigureAwait(false);
    }
}
