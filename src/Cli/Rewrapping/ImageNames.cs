using System.Text;
using Coffer.Cli.BrokerCalls;
using Coffer.Oci;
using Coffer.Registry;

namespace Coffer.Cli.Rewrapping;

/// <summary>A list of images: one location a line; empty lines and those that begin with <c>#</c> say nothing.</summary>
internal static class ImageNames
{
    private const int MostBytes = 16 * 1024 * 1024;

    /// <summary>Each once, in the order of the list.</summary>
    /// <exception cref="CofferException">The list cannot be read, is empty, or a line is no location.</exception>
    public static async Task<IReadOnlyList<ImageLocation>> ReadAsync(string file, Session session, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetString(await InputFile.ReadAsync(file, session, MostBytes, cancellationToken).ConfigureAwait(false));
        var lines = text.Split('\n').Select((line, at) => (Text: line.Trim(), Number: at + 1)).Where(l => l.Text.Length > 0 && l.Text[0] != '#').DistinctBy(l => l.Text).ToList();
        return lines.Count > 0 ? [.. lines.Select(l => Parse(l.Text, l.Number))] : throw new CofferException($"{(file == "-" ? "standard input" : Printable.Of(file))} names no image", ExitStatus.Usage);
    }

    private static ImageLocation Parse(string text, int line)
    {
        try
        {
            return ImageLocation.Parse(text);
        }
        catch (CofferException e)
        {
            throw new CofferException($"line {line}: {e.Message}", ExitStatus.Usage, e.Hint, e);
        }
    }
}
