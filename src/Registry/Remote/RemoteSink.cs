using System.Net;
using Coffer.Oci;
using Coffer.Registry.Auth;
using Coffer.Registry.Config;

namespace Coffer.Registry.Remote;

/// <summary>An image being written to a registry: blobs first, manifests by digest, the root last.</summary>
internal sealed class RemoteSink : IImageSink
{
    private readonly ImageReference _reference;
    private readonly RemoteRepository _repository;

    public RemoteSink(ImageReference reference, RegistryOptions options)
    {
        _reference = reference;
        var conf = RegistriesConf.Load(options);
        _repository = new RemoteRepository(conf.ToWrite(reference), options, conf);
    }

    public string Location => $"docker://{_reference}";

    public async ValueTask<bool> TryReuseBlobAsync(IImageSource from, Descriptor blob, CancellationToken cancellationToken) =>
        await _repository.HasBlobAsync(blob, cancellationToken).ConfigureAwait(false)
        || (from is RemoteSource { Found: { } source } && await TryMountAsync(source, blob, cancellationToken).ConfigureAwait(false));

    public async ValueTask<StoredBlob> PutBlobAsync(Stream content, Digest? expected, long? size, CancellationToken cancellationToken) =>
        await new BlobUpload(_repository.Registry, _repository.Name).PutAsync(content, expected, size, cancellationToken).ConfigureAwait(false);

    public async ValueTask PutManifestAsync(Content manifest, CancellationToken cancellationToken) =>
        await _repository.PutManifestAsync(manifest, manifest.Digest.ToString(), cancellationToken).ConfigureAwait(false);

    public async ValueTask CommitAsync(Content root, CancellationToken cancellationToken)
    {
        if (_reference.Digest is { } named && named != root.Digest)
        {
            throw new CofferException($"{Location} names the digest of another image; the one written is {root.Digest}", ExitStatus.Usage, "name the destination by tag");
        }
        var version = _reference.Tag ?? _reference.Digest?.ToString() ?? "latest";
        await _repository.PutManifestAsync(root, version, cancellationToken).ConfigureAwait(false);
    }

    // A mount that the registry does not grant opens an upload instead, which is closed again.
    private async Task<bool> TryMountAsync(RemoteRepository source, Descriptor blob, CancellationToken cancellationToken)
    {
        var registry = _repository.Registry;
        if (!source.Registry.Host.Equals(registry.Host, StringComparison.OrdinalIgnoreCase) || source.Name == _repository.Name) return false;
        var scope = TokenScope.Push(_repository.Name) with { MountFrom = source.Name };
        var path = $"v2/{_repository.Name}/blobs/uploads/?mount={Uri.EscapeDataString(blob.Digest.ToString())}&from={Uri.EscapeDataString(source.Name)}";
        try
        {
            using var response = await registry.SendAsync(new RegistryRequest(HttpMethod.Post, path, scope), cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.Created)
            {
                RegistryDigest.Check(registry.Host, response, blob.Digest);
                return true;
            }
            if (response.StatusCode == HttpStatusCode.Accepted && response.Headers.Location is not null)
            {
                var cancel = new RegistryRequest(HttpMethod.Delete, registry.Follow(response).AbsoluteUri, TokenScope.Delete(_repository.Name)) { Once = true };
                using var cancelled = await registry.SendAsync(cancel, cancellationToken).ConfigureAwait(false);
            }
            return false;
        }
        catch (Exception e) when (e is RegistryException or ConnectionException)
        {
            // Mounting saves work and is owed by nobody; the upload that follows says what is really wrong.
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }
}
