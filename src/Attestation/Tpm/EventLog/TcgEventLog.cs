using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>
/// A measured boot's event log (TCG PC Client Platform Firmware Profile, sections 10.2 and 10.4.5), as the kernel shows it in
/// <c>binary_bios_measurements</c>: crypto-agile behind its header event, or the old form of SHA-1 alone. Parsed, not believed.
/// </summary>
/// <param name="Banks">The banks whose digests every event has.</param>
/// <param name="Events">In the order of measurement, the header event left out.</param>
internal sealed record TcgEventLog(IReadOnlyList<TpmAlgorithm> Banks, IReadOnlyList<TcgEvent> Events)
{
    /// <summary>The longest log, in bytes; a log's unused end counts.</summary>
    public const int MostBytes = 1024 * 1024;

    private const int MostEvents = 8192;

    /// <summary>Parses one.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>.</exception>
    public static TcgEventLog Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MostBytes) throw TcgLogReader.Malformed($"has {bytes.Length} bytes; at most {MostBytes} are read");
        var reader = new TcgLogReader(bytes);
        var header = ReadOld(reader);
        var sizes = SpecIdEvent.TryRead(header);
        var events = new List<TcgEvent>();
        if (sizes is null) events.Add(header);
        while (!reader.AtEnd)
        {
            if (events.Count == MostEvents) throw TcgLogReader.Malformed($"has more than {MostEvents} events");
            events.Add(sizes is null ? ReadOld(reader) : ReadAgile(reader, sizes));
        }
        return new TcgEventLog(sizes is null ? [TpmAlgorithm.Sha1] : [.. sizes.Keys.Where(TpmHash.IsKnown)], events);
    }

    // TCG_PCClientPCREvent
    private static TcgEvent ReadOld(TcgLogReader reader)
    {
        var (register, type) = (reader.UInt32(), reader.UInt32());
        var digest = reader.Bytes(TpmHash.Size(TpmAlgorithm.Sha1));
        return new TcgEvent(register, type, [(TpmAlgorithm.Sha1, digest)], reader.Bytes(reader.UInt32()));
    }

    // TCG_PCR_EVENT2
    private static TcgEvent ReadAgile(TcgLogReader reader, IReadOnlyDictionary<TpmAlgorithm, int> sizes)
    {
        var (register, type, count) = (reader.UInt32(), reader.UInt32(), reader.UInt32());
        if (count > sizes.Count) throw TcgLogReader.Malformed($"has an event with {count} digests, and its header names {sizes.Count}");
        var digests = new List<(TpmAlgorithm, ReadOnlyMemory<byte>)>((int)count);
        for (var i = 0; i < count; i++)
        {
            var bank = (TpmAlgorithm)reader.UInt16();
            if (!sizes.TryGetValue(bank, out var size)) throw TcgLogReader.Malformed($"has a digest of the algorithm 0x{(ushort)bank:x4}, which its header does not name");
            if (digests.Exists(d => d.Item1 == bank)) throw TcgLogReader.Malformed("has an event with two digests of one bank");
            var digest = reader.Bytes(size);
            if (TpmHash.IsKnown(bank)) digests.Add((bank, digest));
        }
        return new TcgEvent(register, type, digests, reader.Bytes(reader.UInt32()));
    }
}
