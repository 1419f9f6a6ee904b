using System.Text;
using Coffer.Attestation;
using Coffer.Attestation.Tpm.Certificates;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Trust;

/// <summary>What operators installed, in the store.</summary>
internal sealed class TrustAnchors(IBrokerStore store, IAuditLog audit, TimeProvider time)
{
    /// <summary>The most certificates and lists: all are looked at when a host enrols.</summary>
    public const int Most = 1_000;

    /// <summary>The most endorsement keys without a certificate.</summary>
    public const int MostEks = 100_000;

    /// <summary>The largest PEM file, in bytes.</summary>
    public const int MostPemBytes = 1024 * 1024;

    private const int Page = 1_000;

    public Task<IReadOnlyList<TrustItem>> ListAsync(CancellationToken cancellationToken) => store.ReadAsync(async s =>
    {
        var items = new List<TrustItem>();
        string? after = null;
        while (await s.ListAsync(Collections.Trust, "", after, Page).ConfigureAwait(false) is { Count: > 0 } page)
        {
            items.AddRange(page.Select(r => TrustItem.FromBytes(r.Value)));
            after = page[^1].Key;
        }
        return (IReadOnlyList<TrustItem>)items;
    }, cancellationToken);

    /// <summary>Installs a PEM file; what is installed already stays as it is.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: not such a file, or without its root; <see cref="BrokerFault.TooMany"/>.</exception>
    public Task<IReadOnlyList<TrustItem>> AddAsync(RequestOrigin origin, ReadOnlyMemory<byte> pem, CancellationToken cancellationToken) => store.WriteAsync(async s =>
    {
        var installed = await CertificatesAsync(s).ConfigureAwait(false);
        var items = Read(pem, installed);
        if (installed.Count + items.Count > Most) throw new BrokerException(BrokerFault.TooMany, $"more than {Most} certificates and lists", "delete those that are no longer needed");
        foreach (var item in items)
        {
            if (!await s.AddAsync(Collections.Trust, item.Key, item.ToBytes()).ConfigureAwait(false)) continue;
            await NoteAsync(s, origin, "trust.add", item.Key, $"{TrustItem.Word(item.Kind)} {item.Name}").ConfigureAwait(false);
        }
        return items;
    }, cancellationToken);

    /// <summary>Registers an endorsement key by fingerprint: it needs no certificate.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: no fingerprint; <see cref="BrokerFault.TooMany"/>.</exception>
    public Task<TrustItem> AddEkAsync(RequestOrigin origin, string fingerprint, string? comment, CancellationToken cancellationToken)
    {
        if (!IsFingerprint(fingerprint)) throw new BrokerException(BrokerFault.BadRequest, "sha256 is no fingerprint", "64 hex digits in lower case: SHA-256 of the key's SubjectPublicKeyInfo");
        return store.WriteAsync(async s =>
        {
            if (await s.CountAsync(Collections.Trust, "ek/").ConfigureAwait(false) >= MostEks) throw new BrokerException(BrokerFault.TooMany, $"there are {MostEks} endorsement keys already");
            var item = new TrustItem(TrustKind.Ek, fingerprint, default, comment, null, time.GetUtcNow());
            await s.PutAsync(Collections.Trust, item.Key, item.ToBytes()).ConfigureAwait(false);
            await NoteAsync(s, origin, "trust.add", item.Key, "endorsement key registered by fingerprint").ConfigureAwait(false);
            return item;
        }, cancellationToken);
    }

    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>.</exception>
    public Task DeleteAsync(RequestOrigin origin, string kind, string fingerprint, CancellationToken cancellationToken) => store.WriteAsync(async s =>
    {
        var key = $"{kind}/{fingerprint}";
        if (TrustItem.KindOf(kind) is null || !IsFingerprint(fingerprint) || !await s.DeleteAsync(Collections.Trust, key).ConfigureAwait(false))
        {
            throw new BrokerException(BrokerFault.NotFound, $"there is no {Printable.Of(kind, 16)} {Printable.Of(fingerprint, 64)}", "list what is trusted");
        }
        await NoteAsync(s, origin, "trust.delete", key, "hosts that enrolled by it stay enrolled").ConfigureAwait(false);
        return true;
    }, cancellationToken);

    /// <summary>All roots, intermediates and revocation lists.</summary>
    public static async ValueTask<IReadOnlyList<TrustItem>> CertificatesAsync(IStoreReader reader)
    {
        var items = new List<TrustItem>();
        foreach (var kind in (TrustKind[])[TrustKind.Root, TrustKind.Intermediate, TrustKind.Crl])
        {
            var records = await reader.ListAsync(Collections.Trust, TrustItem.Word(kind) + "/", null, Most).ConfigureAwait(false);
            items.AddRange(records.Select(r => TrustItem.FromBytes(r.Value)));
        }
        return items;
    }

    /// <summary>Whether an endorsement key was registered by fingerprint.</summary>
    public static async ValueTask<bool> KnowsEkAsync(IStoreReader reader, string fingerprint) =>
        await reader.FindAsync(Collections.Trust, $"ek/{fingerprint}").ConfigureAwait(false) is not null;

    public static bool IsFingerprint(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    private IReadOnlyList<TrustItem> Read(ReadOnlyMemory<byte> pem, IReadOnlyList<TrustItem> installed)
    {
        try
        {
            var now = time.GetUtcNow();
            return [.. EkTrustBundle.Read(Encoding.ASCII.GetString(pem.Span), [.. installed.Select(i => i.ToAttestation())]).Select(i => TrustItem.Of(i, now))];
        }
        catch (AttestationException e)
        {
            throw new BrokerException(BrokerFault.BadRequest, e.Message, e.Hint, e);
        }
    }

    private ValueTask NoteAsync(IStoreWriter s, RequestOrigin origin, string action, string subject, string reason) =>
        audit.AppendAsync(s, new AuditEvent(origin.RequestId, action, AuditOutcome.Allowed, reason) { Actor = origin.Actor, Subject = subject });
}
