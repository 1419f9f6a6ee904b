using Coffer.Oci;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Serialization;

namespace Coffer.Cli.Doctor;

/// <summary>Reads the runtimes' configuration files. What is not there, or of another type, counts as not set.</summary>
internal static class TomlFile
{
    /// <summary>The file's table; empty where there is no file.</summary>
    /// <exception cref="CofferException">It cannot be read, or is not TOML.</exception>
    public static TomlTable Read(Installation installation, string path)
    {
        try
        {
            return installation.Text(path) is { } text ? TomlSerializer.Deserialize(text, DoctorToml.Default.TomlTable) ?? [] : [];
        }
        catch (TomlException e)
        {
            throw new CofferException($"{Printable.Of(path)} is not TOML: {Printable.Of(e.Message.ReplaceLineEndings(" "), 200)}", inner: e);
        }
    }

    public static TomlTable? Table(TomlTable? parent, params ReadOnlySpan<string> path)
    {
        foreach (var name in path) parent = parent is not null && parent.TryGetValue(name, out var value) ? value as TomlTable : null;
        return parent;
    }

    public static T? Value<T>(TomlTable? parent, string name) where T : class =>
        parent is not null && parent.TryGetValue(name, out var value) ? value as T : null;

    public static bool Flag(TomlTable? parent, string name) => parent is not null && parent.TryGetValue(name, out var value) && value is true;

    public static IReadOnlyList<string> Texts(TomlTable? parent, string name) => Value<TomlArray>(parent, name) is { } array ? [.. array.OfType<string>()] : [];
}

[TomlSerializable(typeof(TomlTable))]
internal sealed partial class DoctorToml : TomlSerializerContext;
