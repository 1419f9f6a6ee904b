using System.Net;
using Coffer.Oci;
using Coffer.Registry.Auth;
using Coffer.Registry.Config;

namespace Coffer.Registry.Remote;

/// <summary>One repository in one registry: manifests and blobs by name (distribution-spec 1.1). Owns its connection.</summary>
internal sealed class RemoteRepository : IDisposable
{
    public RemoteRepository(RemoteLocation location, RegistryOptions options, RegistriesConf conf)
    {
        Reference = location.Reference;
        Registry = new RegistryConnection(location, options, conf);
    }

    public ImageReference Reference { get; }

    public RegistryConnection Registry { get; }

    public string Name => Reference.Repository;

    public string Where => $"{Reference.Host}/{Name}";

    /// <summary>A manifest or index, by tag or digest.</summary>
    /// <exception cref="CofferException">It is not there, larger than <see cref="OciLimits.ManifestBytes"/>, or not what its digest says.</exception>
    public async Task<Content> GetManifestAsync(string version, Digest? expected, CancellationToken cancellationToken)
    {
        var what = $"manifest of {Where}{(version.Contains(':', StringComparison.Ordinal) ? '@' : ':')}{Printable.Of(version)}";
        for (var attempt = 0; ; attempt++)
        {
            using var response = await SendAsync(HttpMethod.Get, $"manifests/{version}", TokenScope.Pull(Name), cancellationToken, MediaTypes.Roots).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw await Registry.FailureAsync(response, $"gives no {what}", TokenScope.Pull(Name), cancellationToken).ConfigureAwait(false);
            }
            try
            {
                var bytes = await Registry.Transport.ReadAsync(response, OciLimits.ManifestBytes, what, cancellationToken).ConfigureAwait(false);
                return Check(response, bytes, expected, what);
            }
            catch (ConnectionException e) when (e.IsWorthRetrying && attempt < Registry.Transport.Retries.Times)
            {
                await Registry.Transport.Retries.WaitAsync(attempt, null, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>True where the registry has the manifest.</summary>
    public async Task<bool> HasManifestAsync(string version, TokenScope scope, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Head, $"manifests/{version}", scope, cancellationToken, MediaTypes.Roots).ConfigureAwait(false);
        return response.StatusCode switch
        {
            HttpStatusCode.OK => true,
            HttpStatusCode.NotFound => false,
            _ => throw await Registry.FailureAsync(response, $"does not say whether it has manifest {version} of {Where}", scope, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>A blob's bytes, resumed where a connection breaks and verified at their end; the caller disposes the stream.</summary>
    public async Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        var first = await RequestAsync(0, cancellationToken).ConfigureAwait(false);
        if (first.Content.Headers.ContentLength is { } length && length != blob.Size)
        {
            first.Dispose();
            throw new IntegrityException($"blob {blob.Digest} of {Where} has {length} bytes where {blob.Size} were promised", "the copy in the registry is damaged: push the image again");
        }
        return new VerifyingStream(new ResumingStream(Registry.Transport, first, blob.Size, $"blob {blob.Digest} of {Where}", RequestAsync), blob);

        async Task<HttpResponseMessage> RequestAsync(long from, CancellationToken cancel)
        {
            var request = new RegistryRequest(HttpMethod.Get, $"v2/{Name}/blobs/{blob.Digest}", TokenScope.Pull(Name)) { From = from == 0 ? null : from };
            var response = await Registry.SendAsync(request, cancel).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK || (from > 0 && response.StatusCode == HttpStatusCode.PartialContent)) return response;
            using (response)
            {
                throw await Registry.FailureAsync(response, $"gives no blob {blob.Digest} of {Name}", TokenScope.Pull(Name), cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>True where the repository has the blob, in the size promised.</summary>
    public async Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Head, $"blobs/{blob.Digest}", TokenScope.Push(Name), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.OK) return response.Content.Headers.ContentLength is not { } length || length == blob.Size;
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed) return false;
        throw await Registry.FailureAsync(response, $"does not say whether it has blob {blob.Digest} of {Name}", TokenScope.Push(Name), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores a manifest under a tag or its digest.</summary>
    public async Task PutManifestAsync(Content manifest, string version, CancellationToken cancellationToken)
    {
        var scope = TokenScope.Push(Name);
        var request = new RegistryRequest(HttpMethod.Put, $"v2/{Name}/manifests/{version}", scope) { Body = Body };
        using var response = await Registry.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent))
        {
            throw await Registry.FailureAsync(response, $"takes no manifest {Printable.Of(version)} into {Name}", scope, cancellationToken).ConfigureAwait(false);
        }
        RegistryDigest.Check(Registry.Host, response, manifest.Digest);

        ReadOnlyMemoryContent Body()
        {
            var body = new ReadOnlyMemoryContent(manifest.Bytes);
            body.Headers.TryAddWithoutValidation("Content-Type", manifest.MediaType);
            return body;
        }
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, TokenScope scope, CancellationToken cancellationToken, IReadOnlyList<string>? accept = null) =>
        await Registry.SendAsync(new RegistryRequest(method, $"v2/{Name}/{path}", scope) { Accept = accept ?? [] }, cancellationToken).ConfigureAwait(false);

    private static Content Check(HttpResponseMessage response, byte[] bytes, Digest? expected, string what)
    {
        var digest = expected ?? RegistryDigest.Of(response) ?? Digest.Of(bytes);
        var actual = digest.OfSameKind(bytes);
        if (actual != digest) throw new IntegrityException($"{what} really hashes to {actual}{(expected is null ? $", not to {digest} as the registry says" : "")}", "the connection or the registry damages content");
        var type = response.Content.Headers.ContentType?.MediaType;
        if (type is null or "application/json" or "application/octet-stream" or "text/plain" or "text/html") type = RootDocument.SniffMediaType(bytes, what);
        if (type.StartsWith(MediaTypes.DockerSchema1Prefix, StringComparison.Ordinal))
        {
            throw new MalformedImageException($"{what} is in Docker's schema 1, which is not read", "push the image again with a current tool");
        }
        return new Content(type, bytes, digest);
    }

    public void Dispose() => Registry.Dispose();
}
