using System.Net;
using Coffer.Oci;
using Coffer.Registry.Auth;

namespace Coffer.Registry.Remote;

/// <summary>
/// What becomes of replaced manifests: they stay under their digests, and open for the old recipients, until they are
/// deleted. Deleting one takes every tag of it along.
/// </summary>
internal sealed class RemoteRetirement(RemoteRepository repository)
{
    /// <returns>The digests that still resolve.</returns>
    /// <exception cref="CofferException">A deletion that was asked for was refused; its details list what still resolves.</exception>
    public async Task<IReadOnlyList<Digest>> RetireAsync(Content oldRoot, Content newRoot, bool delete, CancellationToken cancellationToken)
    {
        var kept = new HashSet<Digest>();
        await CollectAsync(newRoot, kept, 0, cancellationToken).ConfigureAwait(false);
        var old = new HashSet<Digest>();
        await CollectAsync(oldRoot, old, 0, cancellationToken).ConfigureAwait(false);
        old.ExceptWith(kept);

        var refusals = new List<string>();
        if (delete)
        {
            // The root first: an index must not outlive what it lists.
            foreach (var digest in old.OrderByDescending(d => d == oldRoot.Digest))
            {
                if (await DeleteAsync(digest, cancellationToken).ConfigureAwait(false) is { } refusal) refusals.Add(refusal);
            }
        }
        var remaining = new List<Digest>();
        foreach (var digest in old)
        {
            if (await repository.HasManifestAsync(digest.ToString(), TokenScope.Pull(repository.Name), cancellationToken).ConfigureAwait(false)) remaining.Add(digest);
        }
        if (refusals.Count > 0 && remaining.Count > 0) throw new NotDeletedException(repository.Where, refusals);
        return remaining;
    }

    private async Task CollectAsync(Content content, HashSet<Digest> found, int depth, CancellationToken cancellationToken)
    {
        if (!found.Add(content.Digest) || !MediaTypes.IsIndex(content.MediaType) || depth == OciLimits.IndexDepth) return;
        foreach (var entry in ImageIndex.Parse(content).Manifests)
        {
            if (found.Count > OciLimits.Manifests) throw new MalformedImageException($"index {content.Digest} reaches more than {OciLimits.Manifests} manifests");
            if (!MediaTypes.IsIndex(entry.MediaType)) found.Add(entry.Digest);
            else if (await TryGetAsync(entry, cancellationToken).ConfigureAwait(false) is { } nested) await CollectAsync(nested, found, depth + 1, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Content?> TryGetAsync(Descriptor entry, CancellationToken cancellationToken)
    {
        try
        {
            var content = await repository.GetManifestAsync(entry.Digest.ToString(), entry.Digest, cancellationToken).ConfigureAwait(false);
            return Content.Verified(entry, content.Bytes);
        }
        catch (RegistryException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null; // a sparse index lists what is not there
        }
    }

    private async Task<string?> DeleteAsync(Digest digest, CancellationToken cancellationToken)
    {
        var scope = TokenScope.Delete(repository.Name);
        using var response = await repository.SendAsync(HttpMethod.Delete, $"manifests/{digest}", scope, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone) return null;
        var failure = await repository.Registry.FailureAsync(response, $"does not delete {repository.Name}@{digest}", scope, cancellationToken).ConfigureAwait(false);
        return failure.Message;
    }

    private sealed class NotDeletedException(string where, IReadOnlyList<string> details)
        : CofferException($"{where} has the new image, but the old manifests could not be deleted and still open for the old recipients", ExitStatus.Failed, "allow deletion in the registry, or delete them there")
    {
        public override IReadOnlyList<string> Details => details;
    }
}
