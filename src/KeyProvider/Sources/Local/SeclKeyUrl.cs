namespace Coffer.KeyProvider.Sources.Local;

/// <summary>The <c>key_url</c> of Intel SecL's packets: <c>https://HOST/kbs/v1/keys/UUID/transfer</c>. Only the UUID names the key; the host is never asked.</summary>
internal static class SeclKeyUrl
{
    /// <summary>The UUID in lower case; null where the text is no such URL.</summary>
    public static string? IdOf(string keyUrl)
    {
        if (!Uri.TryCreate(keyUrl, UriKind.Absolute, out var url)) return null;
        return url.AbsolutePath.Split('/') is [.., "keys", var id, "transfer"] && Guid.TryParseExact(id, "D", out var uuid) ? uuid.ToString("D") : null;
    }
}
