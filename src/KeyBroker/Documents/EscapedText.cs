using System.Text.Json;

namespace Coffer.KeyBroker.Documents;

/// <summary>Finds escaped text that is no Unicode (half a surrogate pair) at once, where the platform finds it only when it is asked for the text.</summary>
internal static class EscapedText
{
    /// <exception cref="InvalidOperationException">There is such text.</exception>
    public static void Check(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String: _ = element.GetString(); break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) Check(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    Check(member.Value);
                }
                break;
        }
    }
}
