using Coffer.Cli.Progress;
using Coffer.ImageCrypt.Inspect;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.Oci;

namespace Coffer.Cli.Output;

/// <summary>An image as a table: a row for each layer, a line for each recipient, then what stays in the clear.</summary>
internal static class InspectText
{
    public static void Write(TextWriter output, ImageReport report)
    {
        output.WriteLine(Printable.Of(report.Image, 1024));
        output.WriteLine(report.Root);
        foreach (var instance in report.Platforms)
        {
            output.WriteLine();
            Write(output, instance);
        }
        output.Flush();
    }

    private static void Write(TextWriter output, InstanceReport instance)
    {
        var name = instance.ArtifactType is { } artifact ? $"artifact {artifact}" : instance.Platform?.ToString() ?? "no platform";
        output.WriteLine($"{Printable.Of(name, 120)}  {instance.Manifest}");
        output.WriteLine($"  {"LAYER",5}  {"SIZE",10}  {"DIGEST",-12}  {"TYPE",-9}  ENCRYPTED FOR");
        foreach (var layer in instance.Layers) Write(output, layer);
        foreach (var line in instance.Clear) output.WriteLine($"  in the clear: {line}");
        foreach (var place in instance.Secrets) output.WriteLine($"  warning: {place} seems to hold a secret and stays in the clear");
    }

    private static void Write(TextWriter output, LayerReport layer)
    {
        var row = $"  {layer.Index,5}  {Sizes.Of(layer.Descriptor.Size),10}  {Sizes.Short(layer.Descriptor.Digest),-12}  {Kind(layer.Descriptor.MediaType),-9}  ";
        var lines = layer.Recipients.Select(Describe).ToList();
        if (!layer.Encrypted) lines.Add("-");
        else if (lines.Count == 0) lines.Add("nobody: no recipient is named");
        if (layer.Trouble is { } trouble) lines.Add($"damaged: {Printable.Of(trouble, 200)}");
        output.WriteLine(row + lines[0]);
        foreach (var line in lines.Skip(1)) output.WriteLine(new string(' ', row.Length) + line);
    }

    private static string Describe(NumberedRecipient recipient)
    {
        if (recipient.Damage is { } damage) return $"{recipient.Selector}  damaged: {Printable.Of(damage, 160)}";
        var details = Details(recipient.Description).Where(d => d.Value is not null).Select(d => $"{d.Name}{Printable.Of(d.Value, 120)}");
        return $"{recipient.Selector}  {string.Join(", ", details)}".TrimEnd();
    }

    private static IEnumerable<(string Name, string? Value)> Details(RecipientDescription d) =>
    [
        ("", d.Algorithm), ("", d.Provider), ("kid ", d.Kid), ("serial ", d.Serial), ("issuer ", d.Issuer), ("key ", d.KeyId),
    ];

    private static string Kind(string mediaType)
    {
        var plain = mediaType.EndsWith("+encrypted", StringComparison.Ordinal) ? mediaType[..^"+encrypted".Length] : mediaType;
        return MediaTypes.ToOci(plain) switch
        {
            MediaTypes.OciLayer => "tar",
            MediaTypes.OciLayerGzip => "tar+gzip",
            MediaTypes.OciLayerZstd => "tar+zstd",
            _ when MediaTypes.IsForeignLayer(plain) => "foreign",
            _ => "other",
        };
    }
}
