using Coffer.Oci;

namespace Coffer.ImageCrypt.Inspect;

/// <summary>What stays readable for everybody who can fetch the image, however its layers are encrypted.</summary>
internal static class ClearText
{
    public static IReadOnlyList<string> Of(Manifest manifest, ImageConfig? config)
    {
        var clear = new List<string>();
        if (config is not null)
        {
            clear.Add("config: platform, entry point, user, ports and volumes");
            if (config.Env.Count > 0) clear.Add($"environment: {config.Env.Count} variables");
            if (config.Labels.Count > 0) clear.Add($"labels: {config.Labels.Count}");
            if (config.History.Count > 0) clear.Add($"history: {config.History.Count} lines, the commands that built the layers among them");
            if (config.DiffIds.Count > 0) clear.Add($"diff IDs: {config.DiffIds.Count} plaintext fingerprints, by which known layers can be recognised");
        }
        clear.Add("sizes: encryption does not change a layer's length");
        if (manifest.Annotations.Count > 0) clear.Add($"manifest annotations: {manifest.Annotations.Count}");
        var plain = manifest.Layers.Count(l => !EncAnnotations.IsEncrypted(l.MediaType));
        if (plain > 0) clear.Add($"layers: {plain} of {manifest.Layers.Count} are not encrypted");
        return clear;
    }
}
