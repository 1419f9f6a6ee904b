using System.Buffers.Binary;
using System.Security.Cryptography;
using Coffer.Jose;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Tokens;

/// <summary>Keys for tokens in the store, sealed under the root key.</summary>
internal sealed class TokenKeyRecords(RecordSealer sealer)
{
    /// <summary>The most there are at once.</summary>
    public const int Most = 16;

    private const string Prefix = "token/";

    /// <summary>All that have not gone.</summary>
    public async ValueTask<IReadOnlyList<TokenKey>> ReadAsync(IStoreReader reader)
    {
        var keys = new List<TokenKey>();
        foreach (var record in await reader.ListAsync(Collections.BrokerKeys, Prefix, null, Most + 1).ConfigureAwait(false))
        {
            using var opened = sealer.Open(Collections.BrokerKeys, record.Key, record.Value);
            keys.Add(Read(opened));
        }
        return keys;
    }

    /// <summary>Seals and puts a key, in place of what was there.</summary>
    public async ValueTask PutAsync(IStoreWriter writer, TokenKey key, DateTimeOffset? expires)
    {
        var document = Write(key);
        try
        {
            var name = Prefix + key.Key.KeyId;
            await writer.PutAsync(Collections.BrokerKeys, name, sealer.Seal(Collections.BrokerKeys, name, document), expires).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(document);
        }
    }

    /// <summary>Ends a key at once.</summary>
    public static async ValueTask DeleteAsync(IStoreWriter writer, TokenKey key) => await writer.DeleteAsync(Collections.BrokerKeys, Prefix + key.Key.KeyId).ConfigureAwait(false);

    // Eight bytes of time, then the key: nothing that would make a string of it.
    private static byte[] Write(TokenKey key)
    {
        var jwk = key.Key.ToPrivateJson();
        var document = new byte[sizeof(long) + jwk.Length];
        BinaryPrimitives.WriteInt64BigEndian(document, key.Signs.ToUnixTimeMilliseconds());
        jwk.CopyTo(document, sizeof(long));
        CryptographicOperations.ZeroMemory(jwk);
        return document;
    }

    private static TokenKey Read(SecretBytes document)
    {
        var jwk = document.Span[Math.Min(sizeof(long), document.Length)..].ToArray();
        try
        {
            var signs = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(document.Span));
            return new TokenKey(Jwk.Parse(jwk), signs);
        }
        catch (Exception e) when (e is JoseException or ArgumentException)
        {
            throw new BrokerException(BrokerFault.Internal, "a stored key for tokens does not read as one", inner: e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(jwk);
        }
    }
}
