using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Audit.Checkpoints;
using Coffer.KeyBroker.Audit.Offline;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>The audit for those who verify it without the broker: signed checkpoints, entries as they were hashed, and the public key.</summary>
internal sealed class AuditExportRoutes
{
    private const int MostCheckpoints = 1000;
    private const int MostEntries = 1000;
    private const int MostPageBytes = 8 * 1024 * 1024; // entries may be large; a page has one at least
    private const int Step = 50;

    private static readonly RouteMember[] Line =
    [
        new("v", "integer", "1."), new("kind", "string", "checkpoint."), new("number", "integer", "From 1, without gaps."),
        new("jws", "string", "Compact JWS by ES256 over {v, number, time, heads, previous}."),
    ];

    private readonly BrokerParts _parts;

    private AuditExportRoutes(BrokerParts parts) => _parts = parts;

    public static IEnumerable<AdminRoute> Of(BrokerParts parts)
    {
        var routes = new AuditExportRoutes(parts);
        yield return new("POST", "audit/checkpoints", Permission.Audit, "Signs where all chains end now; answers the last checkpoint where nothing was put into the audit since.", routes.MakeAsync)
        {
            Answers = RouteBody.Object("The newest checkpoint, as a line of an export.", Line),
        };
        yield return new("GET", "audit/checkpoints", Permission.Audit, "Lists checkpoints by number.", routes.CheckpointsAsync)
        {
            Query = [new("after", "Only those behind this number."), new("most", $"How many, at most {MostCheckpoints}.")],
            Answers = RouteBody.List("Checkpoints, as lines of an export.", Line),
        };
        yield return new("GET", "audit/chains/{writer}", Permission.Audit, "Entries of one chain as they were hashed.", routes.EntriesAsync)
        {
            Query = [new("after", "Only those behind this sequence."), new("most", $"How many, at most {MostEntries}; fewer may come while there are more.")],
            Answers = RouteBody.List(
                "Entries, as lines of an export.",
                new RouteMember("v", "integer", "1."), new RouteMember("kind", "string", "entry."), new RouteMember("writer", "string", "Whose chain."),
                new RouteMember("seq", "integer", "Its place."), new RouteMember("entry", "string", "The text whose SHA-256 the next entry names.")),
        };
        yield return new("GET", "audit/public-key", Permission.Audit, "The public key of checkpoints.", routes.KeyAsync)
        {
            Answers = RouteBody.Object("ECDSA on P-256.", new RouteMember("kid", "string", "Its RFC 7638 thumbprint."), new RouteMember("jwk", "object", "As a JWK."), new RouteMember("pem", "string", "As PEM.")),
        };
    }

    private async Task<AdminAnswer> MakeAsync(AdminCall call, CancellationToken cancellationToken) =>
        new(ExportLine.Of(await _parts.Checkpoints.MakeAsync(Origin(call), cancellationToken).ConfigureAwait(false)));

    private async Task<AdminAnswer> CheckpointsAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var (after, most) = (Number(call, "after", 0, long.MaxValue) ?? 0, (int)(Number(call, "most", 1, MostCheckpoints) ?? MostCheckpoints));
        var page = await _parts.Store.ReadAsync(s => AuditCheckpoints.ListAsync(s, after, most), cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(new JsonArray([.. page.Select(c => (JsonNode?)ExportLine.Of(c))]));
    }

    private async Task<AdminAnswer> EntriesAsync(AdminCall call, CancellationToken cancellationToken)
    {
        var (writer, most) = (call.Values["writer"], (int)(Number(call, "most", 1, MostEntries) ?? MostEntries));
        if (!AuditWriter.IsId(writer)) throw new BrokerException(BrokerFault.BadRequest, "a chain is named by 16 hexadecimal digits");
        var after = Number(call, "after", 0, long.MaxValue) is { } sequence and > 0 ? AuditKeys.Entry(writer, sequence) : null;
        var lines = await _parts.Store.ReadAsync(s => PageAsync(s, writer, after, most), cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(new JsonArray([.. lines.Select(l => (JsonNode?)l)]));
    }

    private static async ValueTask<List<JsonObject>> PageAsync(IStoreReader store, string writer, string? after, int most)
    {
        var lines = new List<JsonObject>();
        var bytes = 0;
        while (true)
        {
            var wanted = Math.Min(Step, most - lines.Count);
            var records = await store.ListAsync(Collections.Audit, writer + '/', after, wanted).ConfigureAwait(false);
            foreach (var record in records)
            {
                after = record.Key;
                lines.Add(ExportLine.Of(writer, record));
                bytes += record.Value.Length;
                if (bytes >= MostPageBytes) return lines;
            }
            if (records.Count < wanted || lines.Count == most) return lines;
        }
    }

    private async Task<AdminAnswer> KeyAsync(AdminCall call, CancellationToken cancellationToken)
    {
        using var key = await _parts.Checkpoints.PublicKeyAsync(Origin(call), cancellationToken).ConfigureAwait(false);
        return new AdminAnswer(new JsonObject
        {
            ["kid"] = key.KeyId,
            ["jwk"] = JsonNode.Parse(key.ToPublicJson()),
            ["pem"] = PemEncoding.WriteString("PUBLIC KEY", key.ExportSubjectPublicKeyInfo()) + "\n",
        });
    }

    private static RequestOrigin Origin(AdminCall call) => new(call.RequestId, call.Caller.TokenId);

    private static long? Number(AdminCall call, string name, long least, long most) => call.Query.GetValueOrDefault(name) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new BrokerException(BrokerFault.BadRequest, $"'{name}' is no number from {least} to {most}");
}
