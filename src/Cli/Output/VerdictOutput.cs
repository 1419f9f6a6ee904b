using Coffer.Cli.Progress;
using Coffer.ImageCrypt.Verify;
using Coffer.Oci;

namespace Coffer.Cli.Output;

/// <summary>What <c>verify</c> found, layer by layer.</summary>
internal static class VerdictOutput
{
    public static void WriteText(TextWriter output, string image, Digest root, IReadOnlyList<LayerVerdict> verdicts)
    {
        output.WriteLine(Printable.Of(image, 1024));
        output.WriteLine(root);
        foreach (var verdict in verdicts)
        {
            var platform = verdict.Platform is { } p ? Printable.Of(p.ToString(), 60) + " " : "";
            output.WriteLine($"  {platform}layer {verdict.Index}  {Sizes.Short(verdict.Layer.Digest)}  {Sizes.Of(verdict.Layer.Size),10}  {Say(verdict)}");
        }
        output.Flush();
    }

    public static void WriteJson(TextWriter output, string image, Digest root, IReadOnlyList<LayerVerdict> verdicts) => JsonOutput.Write(output, json =>
    {
        json.WriteString("image", image);
        json.WriteString("digest", root.ToString());
        json.WriteBoolean("verified", verdicts.All(v => v.Trouble is null));
        json.WriteStartArray("layers");
        foreach (var verdict in verdicts)
        {
            json.WriteStartObject();
            if (verdict.Platform is { } platform) json.WriteString("platform", platform.ToString());
            json.WriteNumber("index", verdict.Index);
            json.WriteString("digest", verdict.Layer.Digest.ToString());
            json.WriteNumber("size", verdict.Layer.Size);
            json.WriteBoolean("encrypted", verdict.Encrypted);
            json.WriteBoolean("verified", verdict.Trouble is null && !verdict.Elsewhere);
            if (verdict.Trouble is { } trouble) json.WriteString("trouble", trouble.Message);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static string Say(LayerVerdict verdict) => verdict switch
    {
        { Elsewhere: true } => "not read: a foreign layer lives elsewhere",
        { Trouble: { ExitStatus: ExitStatus.NoUsableKey } } => "no usable key",
        { Trouble: { } trouble } => $"FAILED: {Printable.Of(trouble.Message, 300)}",
        { Encrypted: true } => "ok, encrypted",
        _ => "ok, not encrypted",
    };
}
