using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Audit;

/// <summary>Finds and lists entries. Whether the chains hold is said by <see cref="AuditVerifier"/>.</summary>
internal static class AuditReader
{
    private const int Page = 100; // entries may be large
    private const int MostScanned = 20_000; // for one page of a list: what a filter passes over costs as well
    private const int MostOfRequest = 1000;
    private const int MostPerList = 1000;
    private const int LeastOfRequestId = 4;

    /// <summary>Lists entries in the order of their chains.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: the query is out of bounds. <see cref="BrokerFault.Internal"/>, exit status 4: an entry cannot be read.</exception>
    public static async ValueTask<AuditPage> ListAsync(IStoreReader store, AuditQuery query)
    {
        if (query.Most is < 1 or > MostPerList) throw Bad($"a list of the audit has 1 to {MostPerList} entries");
        if (query.After is { } cursor && AuditKeys.Parse(cursor) is null) throw Bad("a list of the audit continues behind WRITER/SEQUENCE as the page before named it");
        var found = new List<AuditEntry>();
        var after = query.After;
        for (var scanned = 0; scanned < MostScanned; scanned += Page)
        {
            var records = await store.ListAsync(Collections.Audit, "", after, Page, query.NewestFirst).ConfigureAwait(false);
            foreach (var record in records)
            {
                after = record.Key;
                var entry = Read(record);
                if (!query.Fits(entry)) continue;
                found.Add(entry);
                if (found.Count == query.Most) return new AuditPage(found, after);
            }
            if (records.Count < Page) return new AuditPage(found, null);
        }
        return new AuditPage(found, after);
    }

    /// <summary>All entries of one request, oldest first.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="requestId">Its id, or the first four characters or more of it where no other request begins so.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>: no such request; <see cref="BrokerFault.BadRequest"/>: no id, or several requests begin so.</exception>
    public static async ValueTask<IReadOnlyList<AuditEntry>> FindAsync(IStoreReader store, string requestId)
    {
        if (!AuditLimits.IsRequestId(requestId)) throw Bad("a request's id has letters, digits and dashes");
        var places = await store.ListAsync(Collections.AuditRequests, requestId + '/', null, MostOfRequest).ConfigureAwait(false);
        if (places.Count == 0 && requestId.Length >= LeastOfRequestId)
        {
            places = await store.ListAsync(Collections.AuditRequests, requestId, null, MostOfRequest).ConfigureAwait(false);
            if (places.Select(p => p.Key[..p.Key.IndexOf('/', StringComparison.Ordinal)]).Distinct().Count() > 1) throw Bad($"several requests begin with {requestId}", "give more of the id");
        }
        if (places.Count == 0) throw NoRequest(requestId);
        var entries = new List<AuditEntry>();
        foreach (var place in places)
        {
            var key = place.Key[(place.Key.IndexOf('/', StringComparison.Ordinal) + 1)..];
            if (await store.FindAsync(Collections.Audit, key).ConfigureAwait(false) is { } record) entries.Add(Read(record));
        }
        return [.. entries.OrderBy(e => e.Time).ThenBy(e => e.Cursor, StringComparer.Ordinal)];
    }

    public static BrokerException NoRequest(string requestId) =>
        new(BrokerFault.NotFound, $"the audit has no request {Printable.Of(requestId, 64)}", "its id is in the answer's X-Request-Id header and in its error");

    private static AuditEntry Read(StoredRecord record)
    {
        if (AuditKeys.Parse(record.Key) is not { } place) throw AuditBreak.OfChain(record.Key, "is none");
        return AuditCodec.Read(place.Writer, record.Value) ?? throw AuditBreak.At(place.Writer, place.Sequence, "cannot be read");
    }

    private static BrokerException Bad(string message, string? hint = null) => new(BrokerFault.BadRequest, Printable.Of(message), hint);
}
