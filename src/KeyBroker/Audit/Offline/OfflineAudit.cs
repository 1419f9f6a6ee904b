using System.Text.Json;
using Coffer.Jose;
using Coffer.KeyBroker.Audit.Checkpoints;
using Coffer.Oci;

namespace Coffer.KeyBroker.Audit.Offline;

/// <summary>
/// Verifies an exported audit with the public key of its checkpoints alone: no broker, no store, no root key. Every entry has to follow
/// from the one before it, every checkpoint's heads have to lie on the chains, and nothing may stand behind the last checkpoint.
/// </summary>
public static class OfflineAudit
{
    /// <summary>Verifies a file.</summary>
    /// <param name="file">Lines as <c>audit export</c> writes them, read to its end.</param>
    /// <param name="publicKey">The key, PEM or JWK.</param>
    /// <param name="leastCheckpoint">The number of a checkpoint that it has to reach; null for any. What was cut off together with the checkpoints behind it is found by nothing else.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <exception cref="BrokerException">Exit status 4: an entry was changed, left out, put in or cut off, a signature does not hold, or the file is none.</exception>
    /// <exception cref="CofferException">Wrong usage: the key is none.</exception>
    public static async Task<OfflineAuditResult> VerifyAsync(Stream file, ReadOnlyMemory<byte> publicKey, long? leastCheckpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var key = CheckpointPublicKey.Read(publicKey);
        var lines = new BoundedLines(file);
        ExportWalk? walk = null;
        while (await lines.NextAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            using var document = Parse(lines.Number, line);
            var root = document.RootElement;
            try
            {
                if (root.GetProperty("v"u8).GetInt32() != ExportLine.Version) throw ExportBreak.OfLine(lines.Number, "is of a version that is not known here");
                var kind = root.GetProperty("kind"u8).GetString();
                if (walk is null) walk = kind == ExportLine.ExportKind ? new ExportWalk(root.GetProperty("from"u8).GetInt64()) : throw ExportBreak.OfLine(1, "does not begin an export");
                else Step(walk, key, lines.Number, kind, root);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
            {
                throw ExportBreak.OfLine(lines.Number, "is none of an exported audit", e);
            }
        }
        if (walk is null) throw ExportBreak.Of("the file is empty");
        return walk.End(leastCheckpoint);
    }

    private static void Step(ExportWalk walk, Jwk key, long line, string? kind, JsonElement root)
    {
        switch (kind)
        {
            case ExportLine.CheckpointKind:
                var text = root.GetProperty("jws"u8).GetString() ?? "";
                try
                {
                    walk.Checkpoint(AuditCheckpoint.Open(text, key), text);
                }
                catch (JoseException e)
                {
                    throw ExportBreak.OfLine(line, $"has a checkpoint whose signature does not hold: {Printable.Of(e.Message, 256)}", e);
                }
                break;
            case ExportLine.EntryKind:
                walk.Entry(root.GetProperty("writer"u8).GetString() ?? "", root.GetProperty("entry"u8).GetString() ?? "");
                break;
            default:
                throw ExportBreak.OfLine(line, "is none of an exported audit");
        }
    }

    private static JsonDocument Parse(long number, ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ExportBreak.OfLine(number, "is not JSON, or was cut", e);
        }
    }
}
