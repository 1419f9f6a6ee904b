using System.Security.Cryptography;
using Coffer.Attestation.Protocol;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Refusals;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Kbs;

/// <summary>Puts and deletes resources for administrators who speak the protocol, with an access token of this broker.</summary>
internal sealed class ResourceDesk(IBrokerStore store, ResourceShelf shelf, IAuditLog audit, CallerCheck callers, IAccessWatch watch, TimeProvider time)
{
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>, <see cref="BrokerFault.Denied"/>; <see cref="BrokerFault.NotFound"/>: nothing to delete.</exception>
    public async Task AnswerAsync(string requestId, HttpRequest request, KbsResourceUri uri, CancellationToken cancellationToken)
    {
        var path = ResourcePath.Parse(uri.Path);
        var caller = await RequireAsync(requestId, request, path, cancellationToken).ConfigureAwait(false);
        if (request.Method == "DELETE") await DeleteAsync(requestId, caller, path, cancellationToken).ConfigureAwait(false);
        else await PutAsync(requestId, request, path, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Caller> RequireAsync(string requestId, HttpRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        var caller = await callers.RequireAsync(RequestCredential.Of(request.HttpContext), cancellationToken).ConfigureAwait(false);
        if (caller.Reaches(Permission.WriteResources, path)) return caller;
        var error = caller.Holds(Permission.WriteResources) ? AccessDeniedException.AtPath(caller, path.ToString()) : AccessDeniedException.Of(caller, Permission.WriteResources);
        await watch.DeniedAsync(requestId, caller, $"{request.Method} {KbsFront.Prefix}/resource", error.Message, cancellationToken).ConfigureAwait(false);
        throw new RefusedException(BrokerFault.Denied, error.Message, error.Hint);
    }

    private async Task PutAsync(string requestId, HttpRequest request, ResourcePath path, CancellationToken cancellationToken)
    {
        var value = await RequestBody.ReadAsync(request, ResourceShelf.MostBytes, cancellationToken).ConfigureAwait(false);
        try
        {
            var caller = await RequireAsync(requestId, request, path, cancellationToken).ConfigureAwait(false); // the body may have been held back until the token was ended
            await store.WriteAsync(async s =>
            {
                var (head, dropped) = await shelf.PutAsync(s, path, value, new ResourcePut(time.GetUtcNow(), caller.TokenId)).ConfigureAwait(false);
                await NoteAsync(s, requestId, caller, "resource.put", path, ResourceChange.Put(head, dropped)).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(value);
        }
    }

    private Task<bool> DeleteAsync(string requestId, Caller caller, ResourcePath path, CancellationToken cancellationToken) => store.WriteAsync(async s =>
    {
        var gone = await shelf.DeleteAsync(s, path, time.GetUtcNow(), caller.TokenId).ConfigureAwait(false) ?? throw new BrokerException(BrokerFault.NotFound, $"there is no resource {path}");
        await NoteAsync(s, requestId, caller, "resource.delete", path, ResourceChange.Deleted(gone, null)).ConfigureAwait(false);
        return true;
    }, cancellationToken);

    private ValueTask NoteAsync(IStoreWriter s, string requestId, Caller caller, string action, ResourcePath path, string reason) =>
        audit.AppendAsync(s, new AuditEvent(requestId, action, AuditOutcome.Allowed, reason) { Actor = caller.TokenId, Subject = path.ToString() });
}
