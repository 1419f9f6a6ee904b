using Coffer.Cli.Progress;
using Coffer.Oci;

namespace Coffer.Cli.CommandLine;

/// <summary>Signatures beside an image, which hold for its digest alone and are never copied.</summary>
internal static class Signatures
{
    /// <returns>True if there are some and the user lets them go.</returns>
    /// <exception cref="CofferException">There are some and the user said nothing.</exception>
    public static async ValueTask<bool> CheckAsync(IImageSource source, bool remove, CancellationToken cancellationToken)
    {
        if (!await source.HasSignaturesAsync(cancellationToken).ConfigureAwait(false)) return false;
        if (remove) return true;
        throw new CofferException(
            $"{Printable.Of(source.Location)} is signed, and the signatures would not come along", ExitStatus.Failed,
            "with --remove-signatures it goes on without them and prints the digest to sign afterwards");
    }

    public static void Tell(Digest digest, Reporter reporter) => reporter.Warn($"the signatures were left behind: sign {digest}");
}
