using System.Globalization;
using Coffer.Oci;

namespace Coffer.Registry.Remote;

/// <summary>Where an upload goes on.</summary>
/// <param name="Location">Where to send next; every answer may move it.</param>
/// <param name="LeastPiece">The least bytes of a piece that is not the last (<c>OCI-Chunk-Min-Length</c>); 0 where the registry sets none.</param>
internal sealed record UploadSession(Uri Location, long LeastPiece)
{
    /// <summary>Reads what an answer says; what it leaves unsaid stays as it was <paramref name="before"/>.</summary>
    public static UploadSession Read(RegistryConnection registry, HttpResponseMessage response, UploadSession? before)
    {
        if (before is not null && response.Headers.Location is null) return before;
        var least = response.Headers.TryGetValues("OCI-Chunk-Min-Length", out var values)
            && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : before?.LeastPiece ?? 0;
        return new UploadSession(registry.Follow(response), least);
    }

    /// <summary>The address of the closing PUT; the query that is there stays as it is.</summary>
    public string WithDigest(Digest digest)
    {
        var text = Location.GetLeftPart(UriPartial.Query);
        return $"{text}{(Location.Query.Length > 0 ? "&" : "?")}digest={Uri.EscapeDataString(digest.ToString())}";
    }
}
