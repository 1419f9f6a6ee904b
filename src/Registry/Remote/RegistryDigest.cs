using Coffer.Oci;

namespace Coffer.Registry.Remote;

/// <summary>The <c>Docker-Content-Digest</c> header, which must not contradict what we know.</summary>
internal static class RegistryDigest
{
    /// <summary>The header's digest; null where it is absent or none that we know.</summary>
    public static Digest? Of(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out var values) && Digest.TryParse(values.FirstOrDefault(), out var digest) ? digest : null;

    /// <exception cref="IntegrityException">It names another digest of the same kind.</exception>
    public static void Check(string host, HttpResponseMessage response, Digest digest)
    {
        if (Of(response) is { } stated && stated.Algorithm == digest.Algorithm && stated != digest)
        {
            throw new IntegrityException($"{host} says that it stored {stated} where {digest} was sent", "the connection or the registry damages content");
        }
    }
}
