using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol.Messages;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.Output;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker reference learn</c>.</summary>
internal sealed class ReferenceLearnCommand : BrokerVerb
{
    private const int Registers = 24;

    private readonly Argument<string> _name = new("NAME") { Description = "the set's name; it need not be there yet" };
    private readonly Option<string[]> _evidence = new("--from-evidence") { Description = "what 'coffer attest evidence' printed on a machine that is as it should be; can be given several times", HelpName = "FILE", Required = true };
    private readonly Option<string> _registers = new("--registers") { Description = "which registers, such as 0-7,11; 'none' for none (default 0,2,4,7)", HelpName = "LIST", DefaultValueFactory = _ => "0,2,4,7" };
    private readonly Option<string> _bank = new("--bank") { Description = "of which bank: sha256, sha384 or sha512", HelpName = "BANK", DefaultValueFactory = _ => "sha256" };
    private readonly Option<bool> _replace = new("--replace") { Description = "drop the present values instead of keeping them beside the new ones" };
    private readonly Option<string?> _out = new("--out") { Description = "a new file for the document (default: standard output)", HelpName = "FILE" };
    private readonly Option<bool> _apply = new("--apply") { Description = "put it at once, instead of only proposing it" };

    public ReferenceLearnCommand(Session session)
        : base(
            session, "learn", "Propose a set of reference values from evidence, with its difference to the present one. Stores nothing without --apply.",
            "coffer broker reference learn node-boot --from-evidence evidence.json --out node-boot.json",
            "coffer broker reference put node-boot.json")
    {
        Note = "The difference goes to standard error: '+' what is new, '-' what is gone. What a machine's evidence says is what that machine runs, not that it is sound.";
        Add(_name);
        foreach (var option in (Option[])[_evidence, _registers, _bank, _replace, _out, _apply]) Add(option);
        _bank.AcceptOnlyFromAmong("sha256", "sha384", "sha512");
    }

    protected override async Task<JsonNode?> AskAsync(ParseResult parsed, BrokerApi broker, CancellationToken cancellationToken)
    {
        var name = parsed.GetRequiredValue(_name);
        var registers = RegistersOf(parsed.GetRequiredValue(_registers));
        var learned = new List<JsonObject>();
        foreach (var file in parsed.GetRequiredValue(_evidence))
        {
            learned.Add(LearnedValues.Of(await InputFile.ReadAsync(file, Session, KbsAttestation.MostBytes, cancellationToken).ConfigureAwait(false), parsed.GetRequiredValue(_bank), registers));
        }
        var there = (await broker.GetAsync("references", cancellationToken).ConfigureAwait(false) as JsonArray ?? []).Any(s => JsonFacts.Of(s, "name", 256) == name);
        var present = there ? await broker.GetAsync($"references/{BrokerApi.Segment(name)}", cancellationToken).ConfigureAwait(false) as JsonObject : null;
        var proposal = new ReferenceProposal(name, present, parsed.GetValue(_replace));
        foreach (var values in learned) proposal.Add(values);
        if (parsed.GetValue(_out) is { } path) await WriteAsync(path, proposal.Document, cancellationToken).ConfigureAwait(false);
        if (parsed.GetValue(_apply)) await broker.SendAsync(HttpMethod.Put, $"references/{BrokerApi.Segment(name)}", proposal.Document, cancellationToken).ConfigureAwait(false);
        return new JsonObject
        {
            ["document"] = proposal.Document.DeepClone(), ["new"] = present is null, ["applied"] = parsed.GetValue(_apply), ["added"] = Lines(proposal.Added), ["removed"] = Lines(proposal.Removed),
        };
    }

    protected override void Show(ParseResult parsed, JsonNode? answer)
    {
        foreach (var line in answer?["added"] as JsonArray ?? []) Session.Error.WriteLine($"+ {JsonFacts.Of(line, "place", 256)} {JsonFacts.Of(line, "value", 2048)}");
        foreach (var line in answer?["removed"] as JsonArray ?? []) Session.Error.WriteLine($"- {JsonFacts.Of(line, "place", 256)} {JsonFacts.Of(line, "value", 2048)}");
        if (parsed.GetValue(_out) is null) JsonOutput.Write(Output, answer?["document"] ?? new JsonObject());
        Session.Error.WriteLine(parsed.GetValue(_apply) ? "coffer: put" : "coffer: nothing was stored; 'coffer broker reference put FILE' puts the document");
    }

    private static JsonArray Lines(IEnumerable<(string Place, string Value)> values) => [.. values.Select(v => (JsonNode?)new JsonObject { ["place"] = v.Place, ["value"] = v.Value })];

    private static async Task WriteAsync(string path, JsonObject document, CancellationToken cancellationToken)
    {
        using var text = new StringWriter();
        JsonOutput.Write(text, document);
        var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await using var disposal = stream.ConfigureAwait(false);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken).ConfigureAwait(false);
    }

    private static List<int> RegistersOf(string text)
    {
        var registers = new SortedSet<int>();
        if (text == "none") return [];
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !ends.All(e => int.TryParse(e, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n < Registers)) throw Wrong(text);
            var (first, last) = (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture));
            if (first > last) throw Wrong(text);
            for (var i = first; i <= last; i++) registers.Add(i);
        }
        return [.. registers];
    }

    private static CofferException Wrong(string text) => new($"--registers '{Printable.Of(text, 64)}' is no list of registers", ExitStatus.Usage, "such as 0,2,4,7 or 0-7,11");
}
