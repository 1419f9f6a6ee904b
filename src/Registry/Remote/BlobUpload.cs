using System.Net;
using System.Runtime.ExceptionServices;
using Coffer.Oci;
using Coffer.Registry.Auth;

namespace Coffer.Registry.Remote;

/// <summary>
/// One upload session: POST opens it, PATCH streams the bytes, PUT names the digest and makes the blob visible
/// (distribution-spec 1.1, "Push"). If anything fails before the PUT, the session is deleted and nothing is visible.
/// </summary>
internal sealed class BlobUpload(RegistryConnection registry, string repository)
{
    private readonly TokenScope _scope = TokenScope.Push(repository);

    public async Task<StoredBlob> PutAsync(Stream content, Digest? expected, long? size, CancellationToken cancellationToken)
    {
        using var source = new UploadStream(content, expected, size);
        var session = await OpenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            session = await SendAsync(session, source, size, cancellationToken).ConfigureAwait(false);
            var digest = source.Finish();
            if (expected is { } promised && promised != digest) throw new IntegrityException($"blob {promised} really hashes to {digest}", "the source is damaged: fetch or build the image again");
            await CloseAsync(session, digest, cancellationToken).ConfigureAwait(false);
            return new StoredBlob(digest, source.Read);
        }
        catch (Exception e)
        {
            await AbandonAsync(session).ConfigureAwait(false);
            // The content's own failure is the news; that the request then broke is its consequence.
            if (source.Failure is { } cause and not OperationCanceledException) ExceptionDispatchInfo.Throw(cause);
            if (e is ConnectionException { IsWorthRetrying: true } broken) throw new TransientRegistryException($"an upload to {registry.Host}/{repository} broke off: {broken.Message}", inner: e);
            throw;
        }
    }

    private async Task<UploadSession> OpenAsync(CancellationToken cancellationToken)
    {
        using var response = await registry.SendAsync(new RegistryRequest(HttpMethod.Post, $"v2/{repository}/blobs/uploads/", _scope), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.Accepted) return UploadSession.Read(registry, response, null);
        throw await registry.FailureAsync(response, $"takes no upload to {repository}", _scope, cancellationToken).ConfigureAwait(false);
    }

    private async Task<UploadSession> SendAsync(UploadSession session, UploadStream source, long? size, CancellationToken cancellationToken)
    {
        if (!registry.WantsPieces)
        {
            using var response = await StreamAsync(session, source, size, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.NoContent or HttpStatusCode.Created)
            {
                if (!source.Ended) throw new TransientRegistryException($"{registry.Host} ended an upload to {repository} before its content's end");
                registry.TakesStreams = true;
                return UploadSession.Read(registry, response, session);
            }
            if (!RefusesStreams(response.StatusCode) || !source.TryRewind()) throw await RefusedAsync(response, cancellationToken).ConfigureAwait(false);
            registry.WantsPieces = true;
        }
        return await new PieceUpload(registry, repository).SendAsync(session, source, cancellationToken).ConfigureAwait(false);
    }

    private Task<HttpResponseMessage> StreamAsync(UploadSession session, UploadStream source, long? size, CancellationToken cancellationToken) =>
        registry.SendAsync(
            new RegistryRequest(HttpMethod.Patch, session.Location.AbsoluteUri, _scope)
            {
                Body = () => new UploadContent(source, size),
                Once = true,
                // The first streamed body asks first: a registry that wants a length or pieces says so before anything is gone.
                AskFirst = !registry.TakesStreams,
            },
            cancellationToken);

    private async Task CloseAsync(UploadSession session, Digest digest, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await registry.SendAsync(new RegistryRequest(HttpMethod.Put, session.WithDigest(digest), _scope), cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectionException) when (!cancellationToken.IsCancellationRequested)
        {
            // The answer was lost; the blob may be there nevertheless.
            if (await IsThereAsync(digest, cancellationToken).ConfigureAwait(false)) return;
            throw;
        }
        using (response)
        {
            if (response.StatusCode is HttpStatusCode.Created or HttpStatusCode.NoContent or HttpStatusCode.Accepted)
            {
                RegistryDigest.Check(registry.Host, response, digest);
                return;
            }
            // A PUT that was repeated after a lost answer finds its session gone.
            if (response.StatusCode is HttpStatusCode.NotFound && await IsThereAsync(digest, cancellationToken).ConfigureAwait(false)) return;
            throw await RefusedAsync(response, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> IsThereAsync(Digest digest, CancellationToken cancellationToken)
    {
        using var response = await registry.SendAsync(new RegistryRequest(HttpMethod.Head, $"v2/{repository}/blobs/{digest}", _scope), cancellationToken).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.OK;
    }

    private async Task<CofferException> RefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var failure = await registry.FailureAsync(response, $"takes no upload to {repository}", _scope, cancellationToken).ConfigureAwait(false);
        return RetrySchedule.IsWorthwhile(response.StatusCode) || response.StatusCode == HttpStatusCode.Unauthorized
            ? new TransientRegistryException(failure.Message, failure.Hint, failure)
            : failure;
    }

    // As far as the registry lets us; it collects what is left after a while.
    private async Task AbandonAsync(UploadSession session)
    {
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            var request = new RegistryRequest(HttpMethod.Delete, session.Location.AbsoluteUri, TokenScope.Delete(repository)) { Once = true };
            using var response = await registry.SendAsync(request, time.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CofferException or OperationCanceledException)
        {
            // Nothing depends on it: without its PUT the upload stays invisible.
        }
    }

    private static bool RefusesStreams(HttpStatusCode status) => status is HttpStatusCode.LengthRequired or HttpStatusCode.RequestedRangeNotSatisfiable
        or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.NotImplemented or HttpStatusCode.ExpectationFailed;
}
