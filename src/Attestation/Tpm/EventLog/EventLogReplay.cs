using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>Computes where a log's events bring the registers of a bank.</summary>
internal static class EventLogReplay
{
    /// <summary>Final values of the registers 0 to 23 that the log has events of.</summary>
    public static IReadOnlyDictionary<int, byte[]> Compute(TcgEventLog log, TpmAlgorithm bank)
    {
        var size = TpmHash.Size(bank);
        var values = new Dictionary<int, byte[]>();
        foreach (var measured in log.Events)
        {
            if (measured.Type == TcgEventType.NoAction || measured.Register >= TpmPcrSelection.Registers) continue;
            var register = (int)measured.Register;
            var digest = measured.DigestIn(bank) ?? throw TcgLogReader.Malformed($"has an event without a digest of the bank {TpmHash.Name(bank)}");
            if (!values.TryGetValue(register, out var value)) value = Initial(log, register, size);
            values[register] = TpmHash.Hash(bank, [.. value, .. digest.Span]);
        }
        return values;
    }

    // PCR 0 begins with the locality of TPM2_Startup in its last byte (section 3.3.1); 17 to 22 begin with ones.
    private static byte[] Initial(TcgEventLog log, int register, int size)
    {
        var value = new byte[size];
        if (register is >= 17 and <= 22) Array.Fill(value, (byte)0xff);
        if (register == 0) value[^1] = StartupLocality(log);
        return value;
    }

    private static byte StartupLocality(TcgEventLog log)
    {
        foreach (var measured in log.Events)
        {
            if (measured.Type == TcgEventType.EfiHcrtm) return 4;
            if (measured.Type == TcgEventType.NoAction && measured.Data.Length == 17 && measured.Data.Span.StartsWith("StartupLocality\0"u8)) return measured.Data.Span[16];
            if (measured is { Register: 0, Type: not TcgEventType.NoAction }) return 0;
        }
        return 0;
    }
}
