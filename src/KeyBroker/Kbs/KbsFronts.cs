using Coffer.Attestation;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Refusals;
using Coffer.KeyBroker.Release;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Sessions;
using Coffer.KeyBroker.Tokens;

namespace Coffer.KeyBroker.Kbs;

/// <summary>The protocol's front and its key set, put together for one broker.</summary>
internal static class KbsFronts
{
    /// <param name="parts">What they work with.</param>
    /// <param name="policies">Who decides.</param>
    /// <param name="verifiers">Whose evidence is verified.</param>
    public static IEnumerable<IBrokerFront> Of(BrokerParts parts, IPolicyDecisions policies, IReadOnlyList<IVerifier> verifiers)
    {
        var (store, rules, time) = (parts.Store, parts.Settings.Rules, parts.Time);
        var refusals = new RefusalLog(store, parts.Floods);
        var sessions = new SessionStore(store, rules, time);
        var tokens = new EarTokens(parts.TokenKeys, time);
        var shelf = new ResourceShelf(parts.Sealer);
        var handshake = new Handshake(sessions, verifiers, new AttestationKeeper(store, parts.Audit, refusals, rules, time), tokens, refusals, rules, parts.Limits);
        var release = new ResourceRelease(store, policies, shelf, parts.Audit, rules, time, parts.Limits);
        var desk = new ResourceDesk(store, shelf, parts.Audit, parts.Callers, new AccessWatch(parts), time);
        yield return new KbsFront(handshake, new GuestCredential(store, sessions, tokens), release, desk, refusals, parts.Limits);
        yield return new JwksFront(parts.TokenKeys);
    }
}
