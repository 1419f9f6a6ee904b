using System.Text;
using Coffer.Attestation;
using Coffer.Attestation.Measured.Log;
using Coffer.Cli.BrokerCalls;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Attest.Measure;

/// <summary>The files that a boot is computed of.</summary>
internal static class MeasuredFiles
{
    private const int MostTextBytes = 1024 * 1024, MostLineCharacters = 64 * 1024;

    /// <summary>Opens a file that can be sought in. The caller disposes it.</summary>
    /// <exception cref="CofferException">It is not there, or is no file.</exception>
    public static FileStream Open(string path)
    {
        if (Directory.Exists(path)) throw new CofferException($"{Printable.Of(path)} is a folder");
        var file = InputFile.Open(path);
        if (file.CanSeek) return file;
        file.Dispose();
        throw new CofferException($"{Printable.Of(path)} is no file that can be read twice", hint: "copy it into one first");
    }

    /// <summary>A text, or where it begins with @ the content of the file behind it.</summary>
    public static string Text(string value) => value.StartsWith('@') ? Encoding.UTF8.GetString(Bytes(value[1..], MostTextBytes)) : value;

    /// <summary>An event log.</summary>
    public static MachineLog Log(string path)
    {
        MachineLog? log = null;
        Named(path, () => log = new MachineLog(Bytes(path, MachineLog.MostBytes)));
        return log!;
    }

    /// <summary>The lines of a file, or of standard input where the name is <c>-</c>.</summary>
    public static IEnumerable<string> Lines(string path, Session session)
    {
        using var file = path == "-" ? session.OpenInput() : InputFile.Open(path);
        using var reader = new StreamReader(file, Encoding.UTF8);
        while (BoundedLine(reader) is { } line) yield return line;
    }

    /// <summary>Does what names the file in its failure.</summary>
    public static void Named(string path, Action action)
    {
        try
        {
            action();
        }
        catch (AttestationException e)
        {
            throw new AttestationException(e.Fault, $"{Printable.Of(path)}: {e.Message}", e.Hint, e);
        }
    }

    // One character more than may be: what reads the line refuses it.
    private static string? BoundedLine(StreamReader reader)
    {
        if (reader.Peek() < 0) return null;
        var line = new StringBuilder();
        while (reader.Read() is >= 0 and var character && character != '\n' && line.Length <= MostLineCharacters) line.Append((char)character);
        return line.ToString();
    }

    // Files below /sys and /proc say that they are empty.
    private static byte[] Bytes(string path, int most)
    {
        using var file = InputFile.Open(path);
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (file.Read(buffer) is > 0 and var read)
        {
            if (content.Length + read > most) throw new CofferException($"{Printable.Of(path)} has more than {most} bytes");
            content.Write(buffer, 0, read);
        }
        return content.ToArray();
    }
}
