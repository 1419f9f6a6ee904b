using System.Text;
using System.Text.Json;
using Coffer.Interop.Images;
using Coffer.Support;

namespace Coffer.Interop.Containerd;

/// <summary>
/// Starts a stream processor as containerd does: the layer on standard input, plaintext on standard output, and the
/// payload, if there is one, on a pipe that is file descriptor 3.
/// </summary>
internal sealed class ProcessorCall(TempDirectory work, Layer layer, string descriptor)
{
    /// <summary>Key files, passwords and provider parameters as a client of containerd sends them along.</summary>
    public Dictionary<string, byte[][]?>? Parameters { get; init; }

    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string[] Arguments { get; init; } = [];

    /// <summary>What is started.</summary>
    public string[] Program { get; init; } = [CofferBinary.Require(), "ctd-decoder"];

    /// <summary>The layers of the only image in a layout, each ready to be called for.</summary>
    public static (Layer Layer, string Descriptor) First(string folder)
    {
        using var manifest = JsonDocument.Parse(LayoutReader.Manifest(folder));
        return (LayoutReader.Layers(folder)[0], manifest.RootElement.GetProperty("layers")[0].GetRawText());
    }

    public Task<ToolResult> RunAsync() => RunAsync(Payload(), layer.Blob);

    public Task<ToolResult> RunAsync(ReadOnlyMemory<byte> ciphertext) => RunAsync(Payload(), ciphertext);

    /// <param name="payload">Null: descriptor 3 is not open.</param>
    /// <param name="ciphertext">What comes in on standard input.</param>
    public async Task<ToolResult> RunAsync(byte[]? payload, ReadOnlyMemory<byte> ciphertext)
    {
        var file = work.Write($"payload-{Guid.NewGuid():n}", payload);
        var script = payload is null ? "shift; exec \"$@\" 3<&-" : "file=$1; shift; exec \"$@\" 3< <(exec cat \"$file\" 2>/dev/null)";
        var options = new ToolOptions { Input = ciphertext, Environment = Environment };
        return await Tool.RunAsync("/bin/bash", ["-c", script, "-", file, .. Program, .. Arguments], options);
    }

    /// <summary>A protobuf Any with the JSON that imgcrypt's client makes.</summary>
    public byte[] Payload(string type = "io.containerd.ocicrypt.v1.Payload")
    {
        var parameters = Parameters is null ? "null" : JsonSerializer.Serialize(Parameters);
        var json = $$"""{"DecryptConfig":{"Parameters":{{parameters}}},"Descriptor":{{descriptor}}}""";
        return [.. ProtobufField.Write(1, Encoding.UTF8.GetBytes(type)), .. ProtobufField.Write(2, Encoding.UTF8.GetBytes(json))];
    }
}
