using Coffer.ImageCrypt.Inspect;
using Coffer.ImageCrypt.Trees;
using Coffer.Oci;

namespace Coffer.Cli.Commands;

/// <summary>Refuses images whose configs, which nothing encrypts, seem to hold secrets.</summary>
internal static class ConfigSecrets
{
    private const int MostPlaces = 50;

    public static async ValueTask RefuseAsync(IImageSource source, ImageTree tree, CancellationToken cancellationToken)
    {
        var places = new List<string>();
        foreach (var node in tree.Manifests.Where(m => m.Manifest.IsImage))
        {
            places.AddRange(SecretLint.Check(await source.ReadConfigAsync(node.Manifest, cancellationToken).ConfigureAwait(false)));
        }
        if (places.Count > 0) throw new SecretsInConfigException(source.Location, [.. places.Distinct().Take(MostPlaces)]);
    }

    private sealed class SecretsInConfigException(string location, IReadOnlyList<string> places) : CofferException(
        $"the config of {Printable.Of(location)} seems to hold secrets, and configs stay in the clear", ExitStatus.Failed,
        "build the image without them, or encrypt it without --strict")
    {
        public override IReadOnlyList<string> Details => places;
    }
}
