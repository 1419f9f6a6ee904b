using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.CommandLine;
using Coffer.KeyBroker.Audit.Offline;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker audit export</c>: JSON lines that are verified without the broker.</summary>
internal sealed class AuditExportCommand : Verb
{
    private readonly BrokerFlags _flags;
    private readonly Option<string?> _since = new("--since") { Description = "only what was put down behind this checkpoint: its number, or a time, which means the last one made until then", HelpName = "NUMBER|TIME" };

    public AuditExportCommand(Session session)
        : base(
            "export", "Print the audit as JSON lines, to be kept elsewhere and verified without the broker (audit verify --offline). Makes a checkpoint first.",
            "coffer broker audit export > audit.jsonl",
            "coffer broker audit export --since 12 > since-12.jsonl",
            "coffer broker audit export --since 2026-01-31T00:00:00Z > february.jsonl")
    {
        Note = "Where it fails in the middle, the exit status says so, and the file does not verify.";
        _flags = new BrokerFlags(this);
        Add(_since);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var since = Since.Parse(parsed.GetValue(_since));
        using var broker = _flags.Connect(parsed, session.Time);
        var source = new AuditSource(broker);
        var last = await source.NewestAsync(cancellationToken).ConfigureAwait(false);
        var checkpoints = await source.CheckpointsAsync(last, cancellationToken).ConfigureAwait(false);
        var from = since.Find(checkpoints);
        session.Output.WriteLine(ExportFile.Header(from?.Number ?? 0, last.Number, session.Time.GetUtcNow()));
        foreach (var checkpoint in checkpoints.Where(c => c.Number >= (from?.Number ?? 0))) session.Output.WriteLine(checkpoint.Line);
        var entries = 0L;
        foreach (var (writer, end) in last.Heads)
        {
            await foreach (var line in source.EntriesAsync(writer, from?.Heads.GetValueOrDefault(writer) ?? 0, end, cancellationToken).ConfigureAwait(false))
            {
                session.Output.WriteLine(line);
                entries++;
            }
        }
        await session.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        session.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"coffer: {entries} entries up to checkpoint {last.Number}"));
        return (int)ExitStatus.Done;
    }

    /// <summary>Where an export begins.</summary>
    private sealed record Since(long? Number, DateTimeOffset? Time)
    {
        public static Since Parse(string? text) => text is null ? new Since(null, null)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? new Since(number, null)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? new Since(null, time)
            : throw new CofferException($"--since '{Printable.Of(text, 64)}' is neither the number of a checkpoint nor a time", ExitStatus.Usage, "such as 12 or 2026-01-31T12:00:00Z");

        /// <summary>The checkpoint; null for the beginning of the audit.</summary>
        public ExportedCheckpoint? Find(IReadOnlyList<ExportedCheckpoint> checkpoints)
        {
            if (Number is { } number) return checkpoints.FirstOrDefault(c => c.Number == number) ?? throw new CofferException($"there is no checkpoint {number}", hint: $"the last one is {checkpoints[^1].Number}");
            return Time is { } time ? checkpoints.LastOrDefault(c => c.Time <= time) : null;
        }
    }
}
