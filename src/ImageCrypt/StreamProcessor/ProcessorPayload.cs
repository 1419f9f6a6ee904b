using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.Oci;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Coffer.ImageCrypt.StreamProcessor;

/// <summary>
/// What containerd hands to a stream processor beside the layer (containerd's docs/stream_processors.md): a protobuf
/// <c>Any</c> whose value is, for imgcrypt's processors, the JSON of a decryption configuration and of the layer's
/// descriptor. Holds private keys and passwords; disposal zeroes them.
/// </summary>
public sealed class ProcessorPayload : IDisposable
{
    /// <summary>The type's name in the <c>Any</c>.</summary>
    public const string TypeName = "io.containerd.ocicrypt.v1.Payload";

    /// <summary>The most that a payload may have, in bytes.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private const int MostValues = 256;

    private ProcessorPayload(Descriptor layer, IReadOnlyList<PayloadParameter> parameters)
    {
        Layer = layer;
        Parameters = parameters;
    }

    /// <summary>The encrypted layer, as the manifest describes it.</summary>
    public Descriptor Layer { get; }

    /// <summary>The values of the decryption configuration in the order read; mostly none, because nodes hold their own keys.</summary>
    internal IReadOnlyList<PayloadParameter> Parameters { get; }

    /// <summary>Reads a payload.</summary>
    /// <param name="bytes">All of it; the caller zeroes them.</param>
    /// <exception cref="CofferException">It is no payload of this type, malformed, or beyond the bounds.</exception>
    public static ProcessorPayload Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes) throw Wrong($"has {bytes.Length} bytes; the most that is read is {MaxBytes}");
        var any = Unwrap(bytes);
        try
        {
            if (any.TypeUrl.Length == 0 && any.Value.IsEmpty) throw Wrong("is empty", MissingPayload.Hint);
            if (any.TypeUrl.Split('/')[^1] != TypeName) throw Wrong($"is of the type '{Printable.Of(any.TypeUrl)}', not {TypeName}");
            using var document = JsonDocument.Parse(any.Value.Memory, ProviderJson.Options);
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw Wrong("holds no JSON", inner: e);
        }
        catch (InvalidOperationException e)
        {
            // An unpaired surrogate, or bytes that are no UTF-8, found when a text is looked at.
            throw Wrong("holds JSON with text that is not Unicode", inner: e);
        }
        finally
        {
            // The message has its own copy of what may be private keys, and nobody else sees that copy.
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsMemory(any.Value.Memory).Span);
        }
    }

    /// <summary>Zeroes keys and passwords.</summary>
    public void Dispose()
    {
        foreach (var parameter in Parameters) CryptographicOperations.ZeroMemory(parameter.Value);
    }

    private static Any Unwrap(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Any.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Wrong("is not a protobuf Any", inner: e);
        }
    }

    private static ProcessorPayload Read(JsonElement root)
    {
        if (ProviderJson.Member(root, "Descriptor") is not { } descriptor) throw Wrong("lacks Descriptor");
        var layer = Descriptor.Read(descriptor, "containerd's payload: Descriptor");
        var config = ProviderJson.Member(root, "DecryptConfig");
        return new ProcessorPayload(layer, config is { } c && ProviderJson.Member(c, "Parameters") is { } parameters ? ReadParameters(parameters) : []);
    }

    private static List<PayloadParameter> ReadParameters(JsonElement parameters)
    {
        if (parameters.ValueKind != JsonValueKind.Object) throw Wrong("has Parameters that are not an object");
        var read = new List<PayloadParameter>();
        foreach (var member in parameters.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null) continue;
            var where = $"Parameters.{Printable.Of(member.Name, 64)}";
            if (member.Value.ValueKind != JsonValueKind.Array) throw Wrong($"has {where} that is not a list");
            if (read.Count + member.Value.GetArrayLength() > MostValues) throw Wrong($"has more than {MostValues} parameters");
            read.AddRange(member.Value.EnumerateArray().Select((v, i) => new PayloadParameter(member.Name, i, ReadValue(v, where))));
        }
        return read;
    }

    private static byte[] ReadValue(JsonElement value, string where)
    {
        try
        {
            return value.ValueKind == JsonValueKind.Null ? [] : ProviderJson.ReadBytes(value, where);
        }
        catch (FormatException e)
        {
            throw Wrong($"is malformed: {e.Message}", inner: e);
        }
    }

    private static CofferException Wrong(string what, string? hint = null, Exception? inner = null) => new($"containerd's payload {what}", hint: hint, inner: inner);
}

/// <summary>One value of the decryption configuration.</summary>
/// <param name="Name">Such as <c>privkeys</c>, or a provider's name.</param>
/// <param name="Index">Its place among the values of that name, from 0: a key and its password have the same.</param>
/// <param name="Value">Zeroed with the payload.</param>
internal sealed record PayloadParameter(string Name, int Index, byte[] Value);
