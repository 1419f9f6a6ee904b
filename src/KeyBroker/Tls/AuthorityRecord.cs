using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Tls;

/// <summary>The authority in the store, sealed under the root key: length of the certificate (4 bytes, big-endian), the certificate (DER), its key (PKCS #8).</summary>
internal static class AuthorityRecord
{
    private const string Key = "ca";

    /// <summary>The store's authority, made where there is none yet. The caller disposes it.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>: the record was changed.</exception>
    public static Task<CertificateAuthority> EnsureAsync(BrokerParts parts, CancellationToken cancellationToken) => parts.Store.WriteAsync(
        async store =>
        {
            if (await store.FindAsync(Collections.BrokerKeys, Key).ConfigureAwait(false) is { } record) return Open(parts, record.Value);
            var made = CertificateAuthority.Make(parts.Time.GetUtcNow());
            await store.PutAsync(Collections.BrokerKeys, Key, Seal(parts, made.Certificate)).ConfigureAwait(false);
            var entry = new AuditEvent(RequestIds.Draw(), "ca.create", AuditOutcome.Allowed, $"made this broker's certificate authority, SHA-256 {made.Fingerprint}") { Subject = "ca" };
            await parts.Audit.AppendAsync(store, entry).ConfigureAwait(false);
            return made;
        }, cancellationToken);

    private static byte[] Seal(BrokerParts parts, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        var secret = key.ExportPkcs8PrivateKey();
        var value = GC.AllocateArray<byte>(sizeof(int) + certificate.RawDataMemory.Length + secret.Length, pinned: true);
        try
        {
            BinaryPrimitives.WriteInt32BigEndian(value, certificate.RawDataMemory.Length);
            certificate.RawDataMemory.Span.CopyTo(value.AsSpan(sizeof(int)));
            secret.CopyTo(value, sizeof(int) + certificate.RawDataMemory.Length);
            return parts.Sealer.Seal(Collections.BrokerKeys, Key, value);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(value);
        }
    }

    private static CertificateAuthority Open(BrokerParts parts, byte[] record)
    {
        using var value = parts.Sealer.Open(Collections.BrokerKeys, Key, record);
        try
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(value.Span);
            using var bare = X509CertificateLoader.LoadCertificate(value.Span.Slice(sizeof(int), length));
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(value.Span[(sizeof(int) + length)..], out _);
            return new CertificateAuthority(bare.CopyWithPrivateKey(key));
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new BrokerException(BrokerFault.Internal, "the record of the broker's certificate authority is damaged", "restore the store from a backup", e, ExitStatus.Integrity);
        }
    }
}
