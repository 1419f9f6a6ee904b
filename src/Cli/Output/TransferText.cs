using Coffer.ImageCrypt.Transfer;
using Coffer.Oci;

namespace Coffer.Cli.Output;

/// <summary>What became of an image, in one line.</summary>
internal static class TransferText
{
    public static void Write(TextWriter output, TransferResult result, string destination, string verb)
    {
        var changed = result.Layers.Count(l => l.Change is not null);
        var layers = changed == result.Layers.Count ? Count(changed) : $"{changed} of {Count(result.Layers.Count)}";
        var what = changed == 0 ? verb : $"{verb} {layers}";
        output.WriteLine($"{what}: {Printable.Of(destination, 1024)}");
        output.WriteLine(result.Root.Digest);
        output.Flush();
    }

    private static string Count(int layers) => layers == 1 ? "1 layer" : $"{layers} layers";
}
