using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>Reads a small file that is to be sent, or standard input where the name is <c>-</c>.</summary>
internal static class InputFile
{
    /// <exception cref="CofferException">It is larger than allowed.</exception>
    public static async Task<byte[]> ReadAsync(string file, Session session, int most, CancellationToken cancellationToken)
    {
        using var stream = file == "-" ? session.OpenInput() : Open(file);
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            if (content.Length + read > most) throw new CofferException($"{(file == "-" ? "standard input" : Printable.Of(file))} has more than {most} bytes");
            content.Write(buffer, 0, read);
        }
        return content.ToArray();
    }

    /// <summary>Opens a file to be read. The caller disposes it.</summary>
    /// <exception cref="CofferException">It is not there.</exception>
    public static FileStream Open(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CofferException($"there is no file {Printable.Of(file)}", inner: e);
        }
    }
}
