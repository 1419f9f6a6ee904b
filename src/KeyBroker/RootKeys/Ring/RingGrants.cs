using System.Security.Cryptography;
using Coffer.Jose;

namespace Coffer.KeyBroker.RootKeys.Ring;

/// <summary>
/// Hands root keys on. The old one goes to holders of the new one, sealed under that; the new one goes to running processes alone, sealed to
/// a key that lives in each one's memory: an old root key and whatever remains of a store do not lead to the new one.
/// </summary>
internal static class RingGrants
{
    private const string Purpose = "key-grant";

    /// <summary>Seals a key under another root key.</summary>
    public static RingGrant ToHolder(RootKey holder, byte generation, RootKey key)
    {
        using var wrapping = WrappingKey(holder);
        return new RingGrant(holder.Id, generation, Seal(wrapping, key));
    }

    /// <summary>Seals a key to a running process.</summary>
    public static RingGrant ToProcess(ReplicaRecord process, byte generation, RootKey key)
    {
        using var wrapping = Jwk.Parse(process.PublicKey);
        return new RingGrant(process.Id, generation, Seal(wrapping, key));
    }

    /// <summary>Opens a grant with a root key that is held.</summary>
    public static RootKey? Open(RingGrant grant, RootKey holder)
    {
        if (grant.To != holder.Id) return null;
        using var wrapping = WrappingKey(holder);
        return Open(grant, wrapping, holder.Name);
    }

    /// <summary>Opens a grant to a process.</summary>
    public static RootKey? Open(RingGrant grant, string process, Jwk key, string name) => grant.To == process ? Open(grant, key, name) : null;

    private static string Seal(Jwk key, RootKey granted) => Jwe.Encrypt(granted.Key.Span, [new JweRecipient(key)], serialization: JweSerialization.Compact);

    private static Jwk WrappingKey(RootKey holder)
    {
        using var derived = holder.Derive(Purpose);
        return Jwk.FromSymmetric(derived.Span);
    }

    private static RootKey? Open(RingGrant grant, Jwk key, string name)
    {
        try
        {
            var opened = Jwe.Parse(grant.Jwe).Decrypt(key);
            try
            {
                return opened.Length == RootKey.Bytes ? new RootKey(name, new SecretBytes(opened)) : null;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(opened);
            }
        }
        catch (JoseException)
        {
            return null;
        }
    }
}
