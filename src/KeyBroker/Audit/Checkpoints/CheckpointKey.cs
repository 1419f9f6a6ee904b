using System.Security.Cryptography;
using Coffer.Jose;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Audit.Checkpoints;

/// <summary>
/// The key that signs checkpoints: ECDSA on P-256, one for all brokers of a store, sealed under the root key. It is of no other use, so
/// that its public half can be given to auditors for years.
/// </summary>
internal sealed class CheckpointKey(RecordSealer sealer, IAuditLog audit)
{
    private const string Record = "audit-checkpoint";

    /// <summary>The key, made where there is none yet, which the audit is told. The caller disposes it.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="origin">Who causes it to be made.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: it was changed, or sealed under another root key.</exception>
    public async ValueTask<Jwk> EnsureAsync(IStoreWriter store, RequestOrigin origin)
    {
        if (await FindAsync(store).ConfigureAwait(false) is { } there) return there;
        var key = SigningKey.Make();
        var json = key.ToPrivateJson();
        try
        {
            await store.PutAsync(Collections.BrokerKeys, Record, sealer.Seal(Collections.BrokerKeys, Record, json)).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
        await audit.AppendAsync(store, new AuditEvent(origin.RequestId, "audit-key.create", AuditOutcome.Allowed, "a key was made that signs the audit's checkpoints") { Actor = origin.Actor, Subject = key.KeyId }).ConfigureAwait(false);
        return key;
    }

    /// <summary>The key; null where none was made yet. The caller disposes it.</summary>
    public async ValueTask<Jwk?> FindAsync(IStoreReader store)
    {
        if (await store.FindAsync(Collections.BrokerKeys, Record).ConfigureAwait(false) is not { } record) return null;
        using var opened = sealer.Open(Collections.BrokerKeys, Record, record.Value);
        var json = opened.Span.ToArray();
        try
        {
            return Jwk.Parse(json);
        }
        catch (JoseException e)
        {
            throw new BrokerException(BrokerFault.Internal, "the stored key for checkpoints does not read as one", inner: e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }
}
