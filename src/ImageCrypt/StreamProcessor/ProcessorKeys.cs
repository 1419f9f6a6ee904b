using System.Text;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.Layers;
using Coffer.Oci;

namespace Coffer.ImageCrypt.StreamProcessor;

/// <summary>
/// What may open a layer for containerd: the keys that came with the payload, those of the node's key folder, and the
/// providers that the node's operator configured. What cannot be used is noted and left out, so that one stray file does
/// not keep every image of a node shut.
/// </summary>
/// <param name="note">Takes one line on each key that is left out, with the reason.</param>
internal sealed class ProcessorKeys(Action<string> note)
{
    // The names in ocicrypt's decryption configuration whose values are key files, and those of their passwords.
    private static readonly Dictionary<string, string?> KeyParameters = new()
    {
        ["privkeys"] = "privkeys-passwords",
        ["gpg-privatekeys"] = "gpg-privatekeys-passwords",
        ["x509s"] = null,
        ["pkcs11-yamls"] = null,
    };

    // Read by ocicrypt's wrappers alone: passwords belong to keys, and which modules a node loads is for the node to say.
    private static readonly HashSet<string> Beside = ["privkeys-passwords", "gpg-privatekeys-passwords", "pkcs11-config"];

    /// <summary>Everything that may open the layer. The caller disposes the ring.</summary>
    public async ValueTask<KeyRing> CollectAsync(ProcessorPayload payload, string? keyFolder, CancellationToken cancellationToken)
    {
        var identities = new List<Identity>();
        try
        {
            foreach (var parameter in payload.Parameters.Where(p => KeyParameters.ContainsKey(p.Name)))
            {
                await AddAsync(identities, () => ReadAsync(parameter, payload, cancellationToken)).ConfigureAwait(false);
            }
            var reader = new IdentityReader();
            foreach (var file in keyFolder is null ? [] : KeyFolder.List(keyFolder, note))
            {
                await AddAsync(identities, () => reader.ReadAsync(IdentitySpec.Parse(file, path => path == file), cancellationToken)).ConfigureAwait(false);
            }
            identities.AddRange(Providers(payload));
            return new KeyRing(identities);
        }
        catch
        {
            identities.ForEach(i => i.Dispose());
            throw;
        }
    }

    private async ValueTask AddAsync(List<Identity> identities, Func<ValueTask<IReadOnlyList<Identity>>> read)
    {
        try
        {
            identities.AddRange(await read().ConfigureAwait(false));
        }
        catch (CofferException e)
        {
            note(e.Message);
        }
    }

    private static async ValueTask<IReadOnlyList<Identity>> ReadAsync(PayloadParameter key, ProcessorPayload payload, CancellationToken cancellationToken)
    {
        var password = payload.Parameters.FirstOrDefault(p => p.Name == KeyParameters[key.Name] && p.Index == key.Index && p.Value.Length > 0);
        var reader = new IdentityReader((_, _) => new((byte[]?)password?.Value.Clone()));
        return await reader.ReadAsync($"{key.Name}[{key.Index}] of the payload", key.Value, cancellationToken).ConfigureAwait(false);
    }

    // On a node nobody can name a provider; its configuration is the operator's word on whom an image may have asked, and
    // a provider that it lacks says so when it is asked.
    private static IEnumerable<ProviderIdentity> Providers(ProcessorPayload payload)
    {
        foreach (var name in payload.Layer.Annotations.Keys.Where(a => a.StartsWith(EncAnnotations.ProviderPrefix, StringComparison.Ordinal)).Select(a => a[EncAnnotations.ProviderPrefix.Length..]))
        {
            var given = payload.Parameters.Where(p => p.Name == name && !KeyParameters.ContainsKey(name) && !Beside.Contains(name)).ToList();
            if (given.Count == 0) yield return new ProviderIdentity(name, null);
            foreach (var parameter in given) yield return new ProviderIdentity(name, Encoding.UTF8.GetString(parameter.Value));
        }
    }
}
