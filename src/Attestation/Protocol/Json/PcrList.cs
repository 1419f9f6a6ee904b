namespace Coffer.Attestation.Protocol.Json;

/// <summary>PCR values of one bank as messages carry them: 24 hexadecimal texts, PCR 0 first.</summary>
internal static class PcrList
{
    /// <summary>PCRs of a bank.</summary>
    public const int Count = 24;

    public static IReadOnlyList<byte[]> Read(MessageObject json, string name, int bytesEach)
    {
        var list = json.Array(name, Count);
        if (list.Count != Count) throw json.Wrong($"'{name}' has {list.Count} values instead of {Count}");
        var values = new List<byte[]>(Count);
        foreach (var item in list)
        {
            var value = new byte[bytesEach];
            if (Convert.FromHexString(json.TextOf(item, name, bytesEach * 2), value, out _, out var written) != System.Buffers.OperationStatus.Done || written != bytesEach)
                throw json.Wrong($"'{name}' holds something that is not {bytesEach} bytes in hexadecimal");
            values.Add(value);
        }
        return values;
    }
}
