using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>TPM2_GetCapability and TPM2_ReadClock (TPM 2.0 Library Part 3, sections 30.2 and 29.1): what a TPM says of itself.</summary>
internal static class CapabilityCommands
{
    private const uint Handles = 1;
    private const uint Pcrs = 5;
    private const uint Properties = 6;
    private const uint FamilyIndicator = 0x100;
    private const int MostListed = 256;

    /// <summary>Asks for the TPM's family: every TPM knows that, and nothing comes of it.</summary>
    public static TpmCommand Probe { get; } = Ask(Properties, FamilyIndicator, 1);

    /// <summary>TPMS_TIME_INFO: the counters without the obfuscation that some keys' signatures get.</summary>
    public static async Task<BootCounters> ReadClockAsync(this TpmConnection tpm, CancellationToken cancellationToken)
    {
        var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.ReadClock), cancellationToken).ConfigureAwait(false);
        return Read(response.Parameters);

        static BootCounters Read(byte[] parameters)
        {
            var reader = new TpmReader(parameters, "the clock of the TPM");
            reader.ReadUInt64(); // time since the last start
            var (clock, resets, restarts, safe) = (reader.ReadUInt64(), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadYesNo());
            reader.End();
            return new BootCounters(resets, restarts, clock, safe);
        }
    }

    /// <summary>A TPM_PT property; null where the TPM has none of that number.</summary>
    public static async Task<uint?> ReadPropertyAsync(this TpmConnection tpm, uint property, CancellationToken cancellationToken)
    {
        var response = await tpm.RunAsync(Ask(Properties, property, 1), cancellationToken).ConfigureAwait(false);
        return Read(response.Parameters, property);

        static uint? Read(byte[] parameters, uint property)
        {
            var reader = Open(parameters, Properties);
            var count = Count(ref reader);
            for (var i = 0; i < count; i++)
            {
                var (number, value) = (reader.ReadUInt32(), reader.ReadUInt32());
                if (number == property) return value;
            }
            return null;
        }
    }

    /// <summary>The banks in which registers are kept, of those whose hash is known here.</summary>
    public static async Task<IReadOnlyList<TpmAlgorithm>> ReadBanksAsync(this TpmConnection tpm, CancellationToken cancellationToken)
    {
        var response = await tpm.RunAsync(Ask(Pcrs, 0, 1), cancellationToken).ConfigureAwait(false);
        return Read(response.Parameters);

        static TpmAlgorithm[] Read(byte[] parameters)
        {
            var reader = Open(parameters, Pcrs);
            var allocated = TpmPcrSelection.ReadList(ref reader);
            reader.End();
            return [.. TpmHash.All.Where(hash => allocated.Any(s => s.Bank == hash && s.Selected.Count == TpmPcrSelection.Registers))];
        }
    }

    /// <summary>The handles in use of the kind that the first one is of, beginning with it.</summary>
    /// <param name="tpm">The TPM.</param>
    /// <param name="first">Where to begin; its upper byte is the kind.</param>
    /// <param name="cancellationToken">Asked before each command.</param>
    public static async Task<IReadOnlyList<uint>> ReadHandlesAsync(this TpmConnection tpm, uint first, CancellationToken cancellationToken)
    {
        var response = await tpm.RunAsync(Ask(Handles, first, MostListed), cancellationToken).ConfigureAwait(false);
        return Read(response.Parameters);

        static List<uint> Read(byte[] parameters)
        {
            var reader = Open(parameters, Handles);
            var list = new List<uint>();
            for (var count = Count(ref reader); count > 0; count--) list.Add(reader.ReadUInt32());
            reader.End();
            return list;
        }
    }

    private static TpmCommand Ask(uint capability, uint property, uint count) => new(TpmCommandCode.GetCapability)
    {
        Parameters = TpmCommand.Write(w => w.UInt32(capability).UInt32(property).UInt32(count)),
    };

    private static TpmReader Open(byte[] parameters, uint capability)
    {
        var reader = new TpmReader(parameters, "the capabilities of the TPM");
        reader.ReadYesNo(); // more of them
        return reader.ReadUInt32() == capability ? reader : throw reader.Malformed("are others than those asked for");
    }

    private static uint Count(ref TpmReader reader)
    {
        var count = reader.ReadUInt32();
        return count <= MostListed ? count : throw reader.Malformed($"have {count} entries, and {MostListed} are the most");
    }
}
