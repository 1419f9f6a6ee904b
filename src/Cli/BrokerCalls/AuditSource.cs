using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Audit.Offline;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>Reads what is exported of a broker's audit, page by page.</summary>
internal sealed class AuditSource(BrokerApi broker)
{
    private const int Page = 1000;

    private static readonly JsonSerializerOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Has a checkpoint made.</summary>
    /// <exception cref="CofferException">The broker refused or cannot be reached.</exception>
    public async Task<ExportedCheckpoint> NewestAsync(CancellationToken cancellationToken) =>
        Read(await broker.SendAsync(HttpMethod.Post, "audit/checkpoints", [], cancellationToken).ConfigureAwait(false));

    /// <summary>All checkpoints up to one.</summary>
    /// <exception cref="CofferException">The broker refused or cannot be reached.</exception>
    public async Task<IReadOnlyList<ExportedCheckpoint>> CheckpointsAsync(ExportedCheckpoint last, CancellationToken cancellationToken)
    {
        var found = new List<ExportedCheckpoint>();
        while (found.Count == 0 || found[^1].Number < last.Number)
        {
            var after = found.Count == 0 ? 0 : found[^1].Number;
            var page = await PageAsync(string.Create(CultureInfo.InvariantCulture, $"audit/checkpoints?after={after}&most={Page}"), cancellationToken).ConfigureAwait(false);
            foreach (var item in page) found.Add(Read(item));
            if (page.Count == 0) throw new CofferException($"the broker lists no checkpoint {last.Number}, which it made");
        }
        return [.. found.Where(c => c.Number <= last.Number)];
    }

    /// <summary>Lines of a chain's entries behind one sequence up to another.</summary>
    /// <exception cref="CofferException">The broker refused or cannot be reached, or lacks an entry.</exception>
    public async IAsyncEnumerable<string> EntriesAsync(string writer, long after, long end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (after < end)
        {
            var page = await PageAsync(string.Create(CultureInfo.InvariantCulture, $"audit/chains/{writer}?after={after}&most={Math.Min(Page, end - after)}"), cancellationToken).ConfigureAwait(false);
            if (page.Count == 0) throw new CofferException($"the broker has no entry behind {after} of the chain {writer}, and its checkpoint names {end}", ExitStatus.Integrity, "coffer broker audit verify says what is wrong");
            foreach (var item in page) yield return item!.ToJsonString(Form);
            after += page.Count;
        }
    }

    private async Task<JsonArray> PageAsync(string path, CancellationToken cancellationToken) => await broker.GetAsync(path, cancellationToken).ConfigureAwait(false) as JsonArray ?? [];

    private static ExportedCheckpoint Read(JsonNode? item)
    {
        try
        {
            var (number, time, heads) = ExportFile.Read((item as JsonObject)?["jws"]?.GetValue<string>() ?? "");
            return new ExportedCheckpoint(item!.ToJsonString(Form), number, time, heads);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw new CofferException("the broker answers with something that is no checkpoint", inner: e);
        }
    }
}
