using Coffer.Oci;

namespace Coffer.ImageCrypt.StreamProcessor;

/// <summary>
/// Without a payload nobody knows which layer comes in. containerd's clients send it only to the two processor ids that
/// imgcrypt lists, and its transfer service sends none.
/// </summary>
public static class MissingPayload
{
    /// <summary>The processor ids that are given a payload.</summary>
    public static IReadOnlyList<string> ProcessorIds { get; } = ["io.containerd.ocicrypt.decoder.v1.tar", "io.containerd.ocicrypt.decoder.v1.tar.gzip"];

    internal static string Hint { get; } =
        $"containerd sends one only to the stream processors {string.Join(" and ", ProcessorIds)}, and since version 2.1 only with use_local_image_pull = true";

    /// <summary>The error of a processor that was started without one.</summary>
    public static CofferException Error(int descriptor) => new($"containerd passed no payload on file descriptor {descriptor}", hint: Hint);
}
