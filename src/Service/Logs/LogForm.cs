using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coffer.Oci;

namespace Coffer.Service.Logs;

/// <summary>
/// The two forms of a line. Whatever a field holds, an entry stays one line: control characters are shown as <c>?</c>, texts are cut,
/// and what could pass for another field is quoted.
/// </summary>
internal static class LogForm
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const int MostCharacters = 1024; // of one field

    // Control and separator characters are gone by then; quotes and names in other scripts stay readable.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>TIME LEVEL EVENT NAME=VALUE...</c>; values with anything but plain characters stand in quotes.</summary>
    public static void Text(LogEntry entry, IBufferWriter<byte> output, bool journal)
    {
        var line = new StringBuilder(256);
        // The journal takes the priority off, and has a time of its own.
        if (journal) line.Append(CultureInfo.InvariantCulture, $"<{entry.Priority}>");
        else line.Append(Time(entry)).Append(' ');
        line.Append(entry.LevelName).Append(' ').Append(entry.Event);
        foreach (var (name, value) in entry.Fields)
        {
            if (Shown(value) is not { } text) continue;
            line.Append(' ').Append(name).Append('=');
            if (IsPlain(text)) line.Append(text);
            else line.Append('"').Append(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }
        Encoding.UTF8.GetBytes(line.Append('\n').ToString(), output);
    }

    /// <summary>An object of <c>time</c>, <c>level</c>, <c>event</c> and the fields.</summary>
    public static void Json(LogEntry entry, IBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output, Readable))
        {
            json.WriteStartObject();
            json.WriteString("time", Time(entry));
            json.WriteString("level", entry.LevelName);
            json.WriteString("event", entry.Event);
            foreach (var (name, value) in entry.Fields)
            {
                if (value is long or int or uint) json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                else if (value is double number) json.WriteNumber(name, Math.Round(number, 3));
                else if (Shown(value) is { } text) json.WriteString(name, text);
            }
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private static string Time(LogEntry entry) => entry.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static string? Shown(object? value) => value switch
    {
        null => null,
        string text => Printable.Of(WellFormed(text), MostCharacters),
        double number => number.ToString("0.###", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException("a field is a text or a number", nameof(value)),
    };

    // Half of a character, as a JSON text can bring it, has no bytes.
    private static string WellFormed(string text) => text.Any(char.IsSurrogate) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;

    private static bool IsPlain(string text) => text.Length > 0 && text.All(c => c is > ' ' and <= '~' and not ('"' or '\\' or '='));
}
