using Coffer.Oci;

namespace Coffer.Cli.CommandLine;

/// <summary><c>--digestfile</c>: the digest and nothing else, no newline either, as skopeo writes it.</summary>
internal static class DigestFile
{
    public static void Write(string path, Digest digest)
    {
        try
        {
            File.WriteAllText(path, digest.ToString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CofferException($"digest file '{Printable.Of(path)}' cannot be written; the image itself is done: {digest}", hint: "check the directory and its mode", inner: e);
        }
    }
}
