using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>
/// One question to a key provider, as it stands on a command's standard input and inside a gRPC message.
/// Written as Go writes it; read as Go and Rust write it. Holds secrets on <see cref="KeyProviderOperation.KeyWrap"/>.
/// </summary>
/// <param name="Operation">What is asked.</param>
/// <param name="Parameters">Values by parameter name. Of all that clients send here, a provider needs only those under its own name.</param>
/// <param name="Payload">The private options as JSON in UTF-8 (wrap), or the packet's bytes (unwrap).</param>
public sealed record KeyProviderRequest(
    KeyProviderOperation Operation, IReadOnlyDictionary<string, IReadOnlyList<byte[]>> Parameters, byte[] Payload)
{
    /// <summary>Most bytes of a request or answer: the default message limit of gRPC.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    internal const string ParameterMap = "Parameters"; // a name on the wire, whatever our member is called

    /// <summary>A question with one parameter entry, as our client asks it.</summary>
    /// <param name="operation">What is asked.</param>
    /// <param name="provider">The provider's name, which names its parameter entry too.</param>
    /// <param name="values">What the user wrote behind the provider's name.</param>
    /// <param name="payload">See <see cref="Payload"/>.</param>
    public static KeyProviderRequest For(
        KeyProviderOperation operation, string provider, IReadOnlyList<string> values, byte[] payload) =>
        new(operation, new Dictionary<string, IReadOnlyList<byte[]>> { [provider] = [.. values.Select(Encoding.UTF8.GetBytes)] }, payload);

    /// <summary>JSON in UTF-8, member for member as Go writes it. The caller zeroes it.</summary>
    public byte[] Write()
    {
        using var buffer = new ZeroingBuffer(Payload.Length * 2 + 4096);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            var wrap = Operation == KeyProviderOperation.KeyWrap;
            json.WriteStartObject();
            json.WriteString("op", wrap ? "keywrap" : "keyunwrap");
            json.WriteStartObject("keywrapparams");
            if (wrap) WriteEncryptConfig(json);
            else json.WriteNull("ec");
            WriteBytes(json, "optsdata", wrap);
            json.WriteEndObject();
            json.WriteStartObject("keyunwrapparams");
            if (wrap) json.WriteNull("dc");
            else WriteDecryptConfig(json);
            WriteBytes(json, "annotation", !wrap);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.Written.ToArray();
    }

    /// <summary>Reads a question with all parameters that the caller sent, private keys and passwords for other schemes included.</summary>
    /// <exception cref="FormatException">Not JSON, an unknown operation, or no payload: the message says which, without content.</exception>
    public static KeyProviderRequest Read(ReadOnlyMemory<byte> json) => RequestReader.Read(json, null);

    /// <summary>Reads a question; parameters under other names are skipped without being decoded, for they are none of a provider's business.</summary>
    /// <param name="json">JSON in UTF-8.</param>
    /// <param name="parameterNames">The names under which the provider is known.</param>
    /// <exception cref="FormatException">Not JSON, an unknown operation, or no payload: the message says which, without content.</exception>
    public static KeyProviderRequest Read(ReadOnlyMemory<byte> json, IReadOnlyCollection<string> parameterNames) => RequestReader.Read(json, parameterNames);

    private void WriteEncryptConfig(Utf8JsonWriter json)
    {
        json.WriteStartObject("ec");
        WriteParameters(json);
        json.WriteStartObject("DecryptConfig");
        json.WriteStartObject(ParameterMap);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteDecryptConfig(Utf8JsonWriter json)
    {
        json.WriteStartObject("dc");
        WriteParameters(json);
        json.WriteEndObject();
    }

    private void WriteParameters(Utf8JsonWriter json)
    {
        json.WriteStartObject(ParameterMap);
        foreach (var (name, values) in Parameters)
        {
            json.WriteStartArray(name);
            foreach (var value in values) json.WriteBase64StringValue(value);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private void WriteBytes(Utf8JsonWriter json, string name, bool present)
    {
        if (present) json.WriteBase64String(name, Payload);
        else json.WriteNull(name);
    }
}
