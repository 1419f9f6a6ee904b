using System.Globalization;
using System.Security.Cryptography;
using Coffer.Attestation.Protocol;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Wrapping;

/// <summary>
/// Wraps layers' options under keys that owners never hold: AES-256-GCM (NIST SP 800-38D) with a random 12-byte nonce and no associated
/// data, as the packets' readers have it. A key that is made here is a resource like any other: nobody gets it until a policy says so, and then by
/// release. A version of it may wrap 2^32 layers before random nonces become a risk (section 8.3 there).
/// </summary>
internal sealed class KeyWrapping(IBrokerStore store, WrappingKeys keys, IAuditLog audit, TimeProvider time)
{
    /// <summary>The most options, in bytes.</summary>
    public const int MostOptions = 32 * 1024;

    private const string OwnPrefix = "default/image-kek/";
    private const int NonceBytes = 12, TagBytes = 16;

    /// <summary>Wraps.</summary>
    /// <param name="requestId">For the audit.</param>
    /// <param name="caller">Who; his token must reach the key's path.</param>
    /// <param name="key">The key; null for a new one at <c>default/image-kek/UUID</c>. Made where it is not there, unless it is for a trial.</param>
    /// <param name="order">What.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: too many options; <see cref="BrokerFault.Denied"/>; what <see cref="WrappingKeys.FindAsync"/> throws.</exception>
    public async Task<WrappedPacket> WrapAsync(string requestId, Caller caller, KbsResourceUri? key, WrapOrder order, CancellationToken cancellationToken)
    {
        if (order.Options.Length is 0 or > MostOptions) throw new BrokerException(BrokerFault.BadRequest, $"options of {order.Options.Length} bytes; 1 to {MostOptions} are wrapped");
        var path = ResourcePath.Parse(key?.Path ?? OwnPrefix + Guid.NewGuid().ToString("D"));
        if (!caller.Reaches(Permission.Wrap, path))
        {
            var reason = $"{AccessDeniedException.NameOf(caller)} does not reach {path}";
            await store.WriteAsync(s => NoteAsync(s, requestId, caller, path, AuditOutcome.Denied, reason), cancellationToken).ConfigureAwait(false);
            throw new BrokerException(BrokerFault.Denied, reason, $"it reaches {string.Join(", ", caller.Paths)}");
        }
        SecretBytes? kek = null;
        try
        {
            var version = await store.WriteAsync(
                async s =>
                {
                    kek?.Dispose(); // it may run again
                    kek = null;
                    (kek, var number, var isNew) = await keys.FindAsync(s, path, key?.Version, order.IsTrial, new ResourcePut(time.GetUtcNow(), caller.TokenId)).ConfigureAwait(false);
                    await NoteAsync(s, requestId, caller, path, AuditOutcome.Allowed, Done(order.IsTrial, isNew, number), order.IsTrial ? "key.try" : "key.wrap").ConfigureAwait(false);
                    return number;
                }, cancellationToken).ConfigureAwait(false);
            return Seal(string.Create(CultureInfo.InvariantCulture, $"kbs:///{path}?version={version}"), kek!.Span, order.Options);
        }
        finally
        {
            kek?.Dispose();
        }
    }

    private static string Done(bool isTrial, bool isNew, int version) =>
        isTrial ? "tried, without a layer" : string.Create(CultureInfo.InvariantCulture, $"wrapped under {(isNew ? "a new key, " : "")}version {version}");

    // Trials are put down under a name of their own: no key has to be there for them.
    private async ValueTask<bool> NoteAsync(IStoreWriter s, string requestId, Caller caller, ResourcePath path, AuditOutcome outcome, string reason, string action = "key.wrap")
    {
        await audit.AppendAsync(s, new AuditEvent(requestId, action, outcome, reason) { Actor = caller.TokenId, Subject = path.ToString() }).ConfigureAwait(false);
        return true;
    }

    private static WrappedPacket Seal(string keyId, ReadOnlySpan<byte> key, ReadOnlySpan<byte> options)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceBytes);
        var wrapped = new byte[options.Length + TagBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, options, wrapped.AsSpan(0, options.Length), wrapped.AsSpan(options.Length));
        return new WrappedPacket(keyId, nonce, wrapped);
    }
}
