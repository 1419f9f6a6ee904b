using System.Security.Cryptography;
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
/// release. It may wrap 2^32 layers before random nonces become a risk (section 8.3 there).
/// </summary>
internal sealed class KeyWrapping(IBrokerStore store, ResourceShelf shelf, IAuditLog audit)
{
    /// <summary>The most options, in bytes.</summary>
    public const int MostOptions = 32 * 1024;

    private const string OwnPrefix = "default/image-kek/";
    private const int KeyBytes = 32, NonceBytes = 12, TagBytes = 16;

    /// <summary>Wraps.</summary>
    /// <param name="requestId">For the audit.</param>
    /// <param name="caller">Who; his token must reach the key's path.</param>
    /// <param name="path">The key; null for a new one at <c>default/image-kek/UUID</c>. Made where it is not there.</param>
    /// <param name="options">1 to 32 KiB, which stay the caller's to zero.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.BadRequest"/>: too many options, or what stands there is no key; <see cref="BrokerFault.Denied"/>.</exception>
    public async Task<WrappedPacket> WrapAsync(string requestId, Caller caller, ResourcePath? path, ReadOnlyMemory<byte> options, CancellationToken cancellationToken)
    {
        if (options.Length is 0 or > MostOptions) throw new BrokerException(BrokerFault.BadRequest, $"options of {options.Length} bytes; 1 to {MostOptions} are wrapped");
        path ??= ResourcePath.Parse(OwnPrefix + Guid.NewGuid().ToString("D"));
        if (!caller.Reaches(Permission.Wrap, path))
        {
            var reason = $"{AccessDeniedException.NameOf(caller)} does not reach {path}";
            await store.WriteAsync(s => NoteAsync(s, requestId, caller, path, AuditOutcome.Denied, reason), cancellationToken).ConfigureAwait(false);
            throw new BrokerException(BrokerFault.Denied, reason, $"it reaches {string.Join(", ", caller.Paths)}");
        }
        SecretBytes? key = null;
        try
        {
            await store.WriteAsync(
                async s =>
                {
                    key?.Dispose(); // it may run again
                    (key, var isNew) = await KeyAsync(s, path).ConfigureAwait(false);
                    return await NoteAsync(s, requestId, caller, path, AuditOutcome.Allowed, isNew ? "wrapped under a new key" : "wrapped").ConfigureAwait(false);
                }, cancellationToken).ConfigureAwait(false);
            return Seal($"kbs:///{path}", key!.Span, options.Span);
        }
        finally
        {
            key?.Dispose();
        }
    }

    private async ValueTask<(SecretBytes Key, bool IsNew)> KeyAsync(IStoreWriter s, ResourcePath path)
    {
        if (await shelf.FindAsync(s, path).ConfigureAwait(false) is { } there)
        {
            if (there.Length == KeyBytes) return (there, false);
            there.Dispose();
            throw new BrokerException(BrokerFault.BadRequest, $"the resource {path} is no key of {KeyBytes} bytes", "name another");
        }
        var made = new SecretBytes(KeyBytes);
        RandomNumberGenerator.Fill(made.Span);
        await shelf.PutAsync(s, path, made.Span).ConfigureAwait(false);
        return (made, true);
    }

    private async ValueTask<bool> NoteAsync(IStoreWriter s, string requestId, Caller caller, ResourcePath path, AuditOutcome outcome, string reason)
    {
        await audit.AppendAsync(s, new AuditEvent(requestId, "key.wrap", outcome, reason) { Actor = caller.TokenId, Subject = path.ToString() }).ConfigureAwait(false);
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
