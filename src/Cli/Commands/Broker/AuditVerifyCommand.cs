using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.KeyBroker.Audit.Offline;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker audit verify</c>.</summary>
internal sealed class AuditVerifyCommand : BrokerVerb
{
    private const int MostKeyBytes = 64 * 1024;

    private readonly Option<string?> _head = new("--expect-head") { Description = "head that an earlier run printed: it must still lie on its chain", HelpName = "HEAD" };
    private readonly Option<string?> _file = new("--offline") { Description = "verify this export instead, and ask no broker; - for standard input", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--public-key") { Description = "what 'audit public-key' printed, PEM or JWK: needed with --offline", HelpName = "FILE" };
    private readonly Option<long?> _least = new("--expect-checkpoint") { Description = "number of a checkpoint that an export has to reach", HelpName = "NUMBER" };

    public AuditVerifyCommand(Session session)
        : base(
            session, "verify", "Verify that no entry of the audit was changed, left out or cut off; exit status 4 if one was.",
            "coffer broker audit verify",
            "coffer broker audit verify --expect-head \"$(cat last-head)\"",
            "coffer broker audit verify --offline audit.jsonl --public-key audit-key.pem")
    {
        Note = """
            Keep the head that it prints where the broker cannot reach it: with it, a store that was put back to an older state shows. Of an export
            keep the number of its last checkpoint: what was cut off together with the checkpoints behind it shows by --expect-checkpoint alone.
            """;
        foreach (var option in (Option[])[_head, _file, _key, _least]) Add(option);
    }

    protected override Task<JsonNode?>? WithoutBroker(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (file, key) = (parsed.GetValue(_file), parsed.GetValue(_key));
        if (file is null && (key is not null || parsed.GetValue(_least) is not null)) throw new CofferException("--public-key and --expect-checkpoint belong to --offline", ExitStatus.Usage);
        if (file is null) return null;
        if (key is null || parsed.GetValue(_head) is not null) throw new CofferException("an export is verified with --public-key, and has no --expect-head", ExitStatus.Usage, "'coffer broker audit public-key' prints the key");
        return VerifyAsync(file, key, parsed.GetValue(_least), cancellationToken);
    }

    protected override Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken) =>
        broker.GetAsync(parsed.GetValue(_head) is { Length: > 0 } head ? $"audit/verify?expect_head={Uri.EscapeDataString(head.Trim())}" : "audit/verify", cancellationToken);

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        Session.Error.WriteLine($"coffer: {JsonFacts.Of(answer, "entries")} entries in {JsonFacts.Of(answer, "chains")} chain(s) hold");
        if (answer?["head"] is not null) Output.WriteLine(JsonFacts.Of(answer, "head", 65_536));
        else Output.WriteLine($"from {(JsonFacts.Of(answer, "from") is var from && from == "0" ? "the beginning" : $"checkpoint {from}")} to checkpoint {JsonFacts.Of(answer, "checkpoint")} of {JsonFacts.Of(answer, "time")}");
    }

    private async Task<JsonNode?> VerifyAsync(string file, string keyFile, long? least, CancellationToken cancellationToken)
    {
        var key = await InputFile.ReadAsync(keyFile, Session, MostKeyBytes, cancellationToken).ConfigureAwait(false);
        var stream = file == "-" ? Session.OpenInput() : InputFile.Open(file);
        await using var disposal = stream.ConfigureAwait(false);
        var found = await OfflineAudit.VerifyAsync(stream, key, least, cancellationToken).ConfigureAwait(false);
        return new JsonObject
        {
            ["entries"] = found.Entries, ["chains"] = found.Chains, ["from"] = found.From, ["checkpoint"] = found.To,
            ["time"] = found.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        };
    }
}
