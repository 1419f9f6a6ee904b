using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Messages;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Storage;
using Coffer.KeyBroker.Tokens;

namespace Coffer.KeyBroker.Sessions;

/// <summary>
/// Sessions in the store, so that any broker can serve any step. A nonce is taken by one transaction that finds it unused: of two
/// answers at once, one finds it used.
/// </summary>
internal sealed class SessionStore(IBrokerStore store, BrokerRules rules, TimeProvider time)
{
    private readonly SessionCount _count = new(store, time);

    /// <exception cref="BrokerException"><see cref="BrokerFault.TooMany"/>.</exception>
    public async Task<Session> OpenAsync(KbsVersion version, string tee, CancellationToken cancellationToken)
    {
        if (!await _count.TryAddAsync(rules.MostSessions, cancellationToken).ConfigureAwait(false))
        {
            throw new BrokerException(BrokerFault.TooMany, $"there are {rules.MostSessions} sessions already", "try again in a minute");
        }
        var now = time.GetUtcNow();
        var session = new Session(Guid.NewGuid().ToString("N"), KbsChallenge.Create().Nonce, tee, version, now, now + rules.SessionLifetime);
        return await store.WriteAsync(async s =>
        {
            await PutAsync(s, session).ConfigureAwait(false);
            return session;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the session's nonce, once and for all.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: no such session, it has expired, or its nonce was used.</exception>
    public Task<Session> TakeAsync(string? id, CancellationToken cancellationToken) => store.WriteAsync(async s =>
    {
        var session = await FindAsync(s, id).ConfigureAwait(false) ?? throw Gone();
        if (session.State != SessionState.Waiting) throw new BrokerException(BrokerFault.Unauthenticated, "the nonce was used already", "begin anew with auth");
        var taken = session with { State = SessionState.Used };
        await PutAsync(s, taken).ConfigureAwait(false);
        return taken;
    }, cancellationToken);

    /// <summary>The session, or null where there is none that lives.</summary>
    public async ValueTask<Session?> FindAsync(IStoreReader reader, string? id)
    {
        if (!RandomNames.IsOne(id) || await reader.FindAsync(Collections.Sessions, id!).ConfigureAwait(false) is not { } record) return null;
        var session = SessionDocument.Read(record.Value);
        var now = time.GetUtcNow();
        return session.Expires > now && session.Created <= now + EarTokens.Skew ? session : null;
    }

    public static ValueTask PutAsync(IStoreWriter writer, Session session) =>
        writer.PutAsync(Collections.Sessions, session.Id, SessionDocument.Write(session), session.Expires);

    public static BrokerException Gone() => new(BrokerFault.Unauthenticated, "there is no such session, or it has expired", "begin anew with auth");
}
