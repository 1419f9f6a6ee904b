using System.Security.Cryptography;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Enrolment;

/// <summary>Join tokens in the store.</summary>
internal sealed class JoinTokens(IBrokerStore store, IAuditLog audit, TimeProvider time)
{
    /// <summary>The most there can be.</summary>
    public const int Most = 10_000;

    public static TimeSpan Longest { get; } = TimeSpan.FromDays(90);

    /// <summary>Makes a token; its text is shown once.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.TooMany"/>; <see cref="BrokerFault.BadRequest"/>: it would live too long.</exception>
    public async Task<(string Text, JoinToken Token)> CreateAsync(RequestOrigin origin, TimeSpan lifetime, IReadOnlyList<string> labels, CancellationToken cancellationToken)
    {
        if (lifetime <= TimeSpan.Zero || lifetime > Longest) throw new BrokerException(BrokerFault.BadRequest, $"a join token lives at most {Longest.TotalDays:0} days");
        var drawn = JoinToken.Draw(labels, time.GetUtcNow(), lifetime);
        await store.WriteAsync(async s =>
        {
            if (await s.CountAsync(Collections.JoinTokens).ConfigureAwait(false) >= Most) throw new BrokerException(BrokerFault.TooMany, $"there are {Most} join tokens already", "delete some");
            await s.PutAsync(Collections.JoinTokens, drawn.Token.Id, drawn.Token.ToBytes(), drawn.Token.Expires).ConfigureAwait(false);
            await NoteAsync(s, origin, "join-token.create", drawn.Token.Id, labels.Count == 0 ? "approves one host" : $"approves one host, with labels {string.Join(", ", labels)}").ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
        return drawn;
    }

    public Task<IReadOnlyList<JoinToken>> ListAsync(CancellationToken cancellationToken) => store.ReadAsync<IReadOnlyList<JoinToken>>(
        async s => [.. (await s.ListAsync(Collections.JoinTokens, "", null, Most).ConfigureAwait(false)).Select(r => JoinToken.FromBytes(r.Key, r.Value))], cancellationToken);

    /// <exception cref="BrokerException"><see cref="BrokerFault.NotFound"/>.</exception>
    public Task DeleteAsync(RequestOrigin origin, string id, CancellationToken cancellationToken) => store.WriteAsync(async s =>
    {
        if (id.Length > 64 || !await s.DeleteAsync(Collections.JoinTokens, id).ConfigureAwait(false))
        {
            throw new BrokerException(BrokerFault.NotFound, $"there is no join token {Printable.Of(id, 64)}", "it may have been used");
        }
        await NoteAsync(s, origin, "join-token.delete", id, "ended").ConfigureAwait(false);
        return true;
    }, cancellationToken);

    /// <summary>The token of that text, or null where it is none that lives.</summary>
    public async ValueTask<JoinToken?> FindAsync(IStoreReader reader, string text)
    {
        if (JoinToken.Parse(text) is not var (id, hash)) return null;
        if (await reader.FindAsync(Collections.JoinTokens, id).ConfigureAwait(false) is not { } record) return null;
        var token = JoinToken.FromBytes(id, record.Value);
        return CryptographicOperations.FixedTimeEquals(token.Hash, hash) && token.Expires > time.GetUtcNow() ? token : null;
    }

    /// <summary>Uses a token up; null where it was used, ended or has expired in between.</summary>
    public async ValueTask<JoinToken?> TakeAsync(IStoreWriter writer, string id)
    {
        if (await writer.FindAsync(Collections.JoinTokens, id).ConfigureAwait(false) is not { } record) return null;
        var token = JoinToken.FromBytes(id, record.Value);
        await writer.DeleteAsync(Collections.JoinTokens, id).ConfigureAwait(false);
        return token.Expires > time.GetUtcNow() ? token : null;
    }

    private ValueTask NoteAsync(IStoreWriter s, RequestOrigin origin, string action, string id, string reason) =>
        audit.AppendAsync(s, new AuditEvent(origin.RequestId, action, AuditOutcome.Allowed, reason) { Actor = origin.Actor, Subject = id });
}
