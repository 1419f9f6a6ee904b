using Coffer.ImageCrypt.Keys;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Coffer.ImageCrypt.KeyWrap.Pgp;

/// <summary>OpenPGP messages (RFC 4880): one for all recipients.</summary>
/// <param name="time">Decides which keys have expired.</param>
/// <param name="environment">Reads an environment variable; null for the process's own.</param>
internal sealed class PgpScheme(TimeProvider time, Func<string, string?>? environment = null) : IKeyWrapScheme
{
    public string Name => "pgp";

    public bool Owns(string annotation) => annotation == EncAnnotations.Pgp;

    public async ValueTask<IReadOnlyList<IKeyWrapper>> CreateWrappersAsync(
        IReadOnlyList<RecipientSpec> recipients, CancellationToken cancellationToken)
    {
        var source = new PgpPublicKeys(environment ?? Environment.GetEnvironmentVariable, time);
        var keys = new List<PgpPublicKey>();
        foreach (var recipient in recipients)
        {
            var key = await source.FindAsync(recipient.Argument, cancellationToken).ConfigureAwait(false);
            if (keys.All(k => k.KeyId != key.KeyId)) keys.Add(key);
        }
        return [new PgpWrapper(keys)];
    }

    public IKeyUnwrapper? CreateUnwrapper(IReadOnlyList<Identity> identities)
    {
        var keyrings = identities.OfType<PgpKeyringIdentity>().ToList();
        return keyrings.Count == 0 ? null : new PgpUnwrapper(keyrings);
    }

    public IReadOnlyList<RecipientDescription> Describe(string annotation, ReadOnlyMemory<byte> packet) =>
        [.. PgpMessage.Parse(packet).Recipients.Select(r => new RecipientDescription(Name) { Kid = r.Kid, Algorithm = r.AlgorithmName })];

    public byte[]? RemoveRecipient(ReadOnlyMemory<byte> packet, int recipient) => PgpMessage.Parse(packet).Without(recipient);
}
