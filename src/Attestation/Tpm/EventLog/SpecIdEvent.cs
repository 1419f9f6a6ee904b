using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>TCG_EfiSpecIDEvent (TCG PC Client Platform Firmware Profile, section 10.4.5.1): which digests the events have, and how long they are.</summary>
internal static class SpecIdEvent
{
    private const int MostBanks = 16, MostDigestBytes = 64;

    /// <summary>Sizes of digests by bank, or null where the event is an ordinary one of an old log.</summary>
    public static IReadOnlyDictionary<TpmAlgorithm, int>? TryRead(TcgEvent header)
    {
        if (header.Type != TcgEventType.NoAction || !header.Data.Span.StartsWith("Spec ID Event03\0"u8)) return null;
        var reader = new TcgLogReader(header.Data);
        reader.Bytes(16 + 4 + 4); // signature; platform class; version, errata, size of integers
        var count = reader.UInt32();
        if (count is 0 or > MostBanks) throw TcgLogReader.Malformed($"names {count} banks");
        var sizes = new Dictionary<TpmAlgorithm, int>();
        for (var i = 0; i < count; i++)
        {
            var (bank, size) = ((TpmAlgorithm)reader.UInt16(), (int)reader.UInt16());
            if (size is 0 or > MostDigestBytes || (TpmHash.IsKnown(bank) && size != TpmHash.Size(bank)) || !sizes.TryAdd(bank, size))
                throw TcgLogReader.Malformed("names a bank twice, or with digests of a size that it does not make");
        }
        return sizes;
    }
}
