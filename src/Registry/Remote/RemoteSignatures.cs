using System.Net;
using System.Text.Json;
using Coffer.Oci;
using Coffer.Registry.Auth;

namespace Coffer.Registry.Remote;

/// <summary>
/// Signatures that travel beside an image in its registry: the tag that sigstore's tools write, and the signature API that
/// some registries announce. A lookaside store elsewhere is not asked.
/// </summary>
internal static class RemoteSignatures
{
    private const int MostBytes = 4 * 1024 * 1024;

    public static async Task<bool> ExistAsync(RemoteRepository repository, Digest digest, CancellationToken cancellationToken) =>
        await repository.HasManifestAsync($"{digest.Algorithm}-{digest.Hex}.sig", TokenScope.Pull(repository.Name), cancellationToken).ConfigureAwait(false)
        || (repository.Registry.KeepsSignatures && await ApiHasSomeAsync(repository, digest, cancellationToken).ConfigureAwait(false));

    private static async Task<bool> ApiHasSomeAsync(RemoteRepository repository, Digest digest, CancellationToken cancellationToken)
    {
        var scope = TokenScope.Pull(repository.Name);
        using var response = await repository.Registry.SendAsync(
            new RegistryRequest(HttpMethod.Get, $"extensions/v2/{repository.Name}/signatures/{digest}", scope), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound) return false;
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw await repository.Registry.FailureAsync(response, $"does not say whether {repository.Name}@{digest} is signed", scope, cancellationToken).ConfigureAwait(false);
        }
        var body = await repository.Registry.Transport.ReadAsync(response, MostBytes, "a list of signatures", cancellationToken).ConfigureAwait(false);
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("signatures", out var list)
                && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0;
        }
        catch (JsonException e)
        {
            throw new CofferException($"{repository.Registry.Host} answers with a list of signatures that is not JSON", inner: e);
        }
    }
}
