using System.Text;
using System.Text.Json;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap;

/// <summary>The field vectors beside the checkout: real output of other tools, with throw-away keys.</summary>
internal sealed class Vectors : IDisposable
{
    private readonly JsonDocument _document;

    private Vectors(JsonDocument document) => _document = document;

    public static Vectors Open() => new(JsonDocument.Parse(File.ReadAllBytes(SharedVectors.Require("ocicrypt", "vectors.json"))));

    public string Key(string name) => _document.RootElement.GetProperty("keys").GetProperty(name).GetString()!;

    public byte[] Packet(string vector, string annotation) =>
        Convert.FromBase64String(Find(vector).GetProperty("annotations").GetProperty(annotation).GetString()!);

    public byte[] PrivateOptions(string vector) => Encoding.UTF8.GetBytes(Find(vector).GetProperty("expectedPrivateOptions").GetString()!);

    public void Dispose() => _document.Dispose();

    private JsonElement Find(string vector) => _document.RootElement.GetProperty("vectors").EnumerateArray().Single(v => v.GetProperty("name").GetString() == vector);
}
