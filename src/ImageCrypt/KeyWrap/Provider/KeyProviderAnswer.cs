using System.Text.Json;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>
/// What a key provider answers. Written so that every known client reads it (bytes as numbers, the other operation's member
/// left out); read as Go and Rust write it.
/// </summary>
/// <param name="Operation">What was asked.</param>
/// <param name="Payload">The packet (wrap) or the private options as JSON in UTF-8 (unwrap); empty if the provider had none.</param>
public sealed record KeyProviderAnswer(KeyProviderOperation Operation, byte[] Payload)
{
    /// <summary>JSON in UTF-8, written into an array of the right size, so that no other copy is left. The caller zeroes it.</summary>
    public byte[] Write()
    {
        var head = Operation == KeyProviderOperation.KeyWrap ? "{\"keywrapresults\":{\"annotation\":["u8 : "{\"keyunwrapresults\":{\"optsdata\":["u8;
        var tail = "]}}"u8;
        var answer = new byte[head.Length + ByteNumbers.Length(Payload) + tail.Length];
        head.CopyTo(answer);
        ByteNumbers.Write(Payload, answer.AsSpan(head.Length));
        tail.CopyTo(answer.AsSpan(answer.Length - tail.Length));
        return answer;
    }

    /// <summary>Reads the answer to <paramref name="operation"/>; what concerns the other operation is ignored.</summary>
    /// <exception cref="FormatException">Not JSON (nothing may stand before or after it), or bytes in no known spelling.</exception>
    public static KeyProviderAnswer Read(KeyProviderOperation operation, ReadOnlyMemory<byte> json)
    {
        if (json.Length > KeyProviderRequest.MaxBytes) throw new FormatException($"answer of {json.Length} bytes; at most {KeyProviderRequest.MaxBytes} are read");
        if (json.Length == 0) throw new FormatException("answer is empty");
        var (section, name) = Names(operation);
        try
        {
            using var document = JsonDocument.Parse(json, ProviderJson.Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new FormatException("answer is not a JSON object");
            var payload = ProviderJson.Member(document.RootElement, section) is { } results ? ProviderJson.Bytes(results, name) : null;
            return new KeyProviderAnswer(operation, payload ?? []);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException("answer is not one JSON document (a provider may print nothing else on standard output)", e);
        }
    }

    private static (string Section, string Name) Names(KeyProviderOperation operation) => operation == KeyProviderOperation.KeyWrap
        ? ("keywrapresults", "annotation")
        : ("keyunwrapresults", "optsdata");
}
