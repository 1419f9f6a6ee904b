using System.Globalization;

namespace Coffer.KeyBroker.Audit;

/// <summary>Keys of records: numbers have a fixed width, so that their order as bytes is the order of the chain.</summary>
internal static class AuditKeys
{
    private const int Digits = 16;

    public static string Entry(string writer, long sequence) => writer + '/' + sequence.ToString("D16", CultureInfo.InvariantCulture);

    public static string Request(string requestId, string writer, long sequence) => requestId + '/' + Entry(writer, sequence);

    /// <summary>Null where the text is no entry's key.</summary>
    public static (string Writer, long Sequence)? Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !AuditWriter.IsId(key[..slash])) return null;
        var number = key.AsSpan(slash + 1);
        return number.Length == Digits && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) && sequence > 0 ? (key[..slash], sequence) : null;
    }
}
