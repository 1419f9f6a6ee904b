using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.KeyProvider.Sources.Local;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>coffer keyprovider key list</c>.</summary>
internal sealed class KeyListCommand : Verb
{
    private readonly KeyDirectoryFlags _flags;
    private readonly Option<bool> _json = new("--json") { Description = "print the list as one JSON document" };
    private readonly Option<bool> _groupMayRead = new("--group-may-read") { Description = "allow files that their group may read, as a source with groupMayRead does" };

    public KeyListCommand(Session session)
        : base(
            "list", "List the keys of a key directory: id, version, form, when it was written, and the name that packets made elsewhere use. Prints no key.",
            "coffer keyprovider key list",
            "coffer keyprovider key list --dir keys --json")
    {
        _flags = new KeyDirectoryFlags(this, addsKey: false);
        Add(_groupMayRead);
        Add(_json);
        SetAction(parsed => Run(parsed, session));
    }

    private int Run(ParseResult parsed, Session session)
    {
        var keys = KeyDirectory.Read(_flags.Directory(parsed), parsed.GetValue(_groupMayRead));
        foreach (var key in keys) key.Dispose(); // only what stands around them is shown
        var ids = keys.GroupBy(k => k.Name.Id, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => g.OrderBy(k => k.Name.Version).ToList()).ToList();
        if (parsed.GetValue(_json)) JsonOutput.Write(session.Output, json => WriteJson(json, ids));
        else WriteText(session.Output, ids);
        return (int)ExitStatus.Done;
    }

    private static void WriteText(TextWriter output, List<List<LocalKey>> ids)
    {
        if (ids.Count == 0) return;
        var width = Math.Max(2, ids.Max(i => i[0].Name.Id.Length));
        output.WriteLine($"{"ID".PadRight(width)}  VERSION    WRAPS  FORM    WRITTEN               KID ELSEWHERE");
        foreach (var versions in ids)
        {
            foreach (var key in versions)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{key.Name.Id.PadRight(width)}  {key.Name.Version,-9}  {(key == versions[^1] ? "yes" : "no"),-5}  {Form(key),-6}  {Time(key)}  {(key.ForeignKid is { } kid ? Printable.Of(kid) : "-")}"));
            }
        }
    }

    private static void WriteJson(Utf8JsonWriter json, List<List<LocalKey>> ids)
    {
        json.WriteStartArray("keys");
        foreach (var versions in ids)
        {
            json.WriteStartObject();
            json.WriteString("id", versions[0].Name.Id);
            json.WriteBoolean("default", ids.Count == 1);
            json.WriteStartArray("versions");
            foreach (var key in versions)
            {
                json.WriteStartObject();
                json.WriteNumber("version", key.Name.Version);
                json.WriteString("kid", key.Kid);
                json.WriteBoolean("wraps", key == versions[^1]);
                json.WriteString("form", Form(key));
                json.WriteString("written", Time(key));
                if (key.ForeignKid is { } kid) json.WriteString("foreignKid", kid);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Form(LocalKey key) => key.Form.ToString().ToLowerInvariant();

    private static string Time(LocalKey key) => key.Written.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
