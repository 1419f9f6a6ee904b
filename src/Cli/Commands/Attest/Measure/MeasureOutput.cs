using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Attestation.Measured;
using Coffer.Attestation.Measured.Log;
using Coffer.Cli.Output;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Attest.Measure;

/// <summary>Computed values as people and brokers read them.</summary>
internal static class MeasureOutput
{
    /// <summary>A set of reference values.</summary>
    public static JsonObject Document(string name, MeasuredBoot boot, IReadOnlyList<string> phases) => new() { ["name"] = name, ["values"] = ReferenceValues.Of(boot, phases) };

    /// <summary>Values in a table, then what could not be computed.</summary>
    public static void Write(TextWriter output, MeasuredBoot boot, IReadOnlyList<string> phases, bool events)
    {
        if (events)
        {
            TextTable.Write(output, ["PCR", "DIGEST", "WHAT"], [.. boot.Events.Select(e => (IReadOnlyList<string>)[Number(e.Register), Hex(e.Digests[0]), Printable.Of(e.What, 256)])]);
            output.WriteLine();
        }
        var rows = new List<IReadOnlyList<string>>();
        foreach (var bank in boot.Banks)
        {
            foreach (var value in ReferenceValues.Registers(boot, bank, phases)) rows.Add([Number(value.Register), bank, Hex(value.Value), Printable.Of(value.Phase, 256)]);
        }
        TextTable.Write(output, ["PCR", "BANK", "VALUE", "PHASE"], rows);
        foreach (var (register, why) in boot.Unknown) output.WriteLine($"PCR {register} is not computed: {why}");
        output.Flush();
    }

    /// <summary>What a machine's log says of the computed registers.</summary>
    public static void Write(TextWriter output, MeasuredBoot boot, IReadOnlyList<RegisterComparison> compared)
    {
        foreach (var register in compared)
        {
            if (register.IsSame)
            {
                output.WriteLine($"PCR {register.Register}: the log is the same, {register.Same} events");
                continue;
            }
            output.WriteLine($"PCR {register.Register}: event {register.Same + 1} differs ({register.Bank})");
            output.WriteLine(register.Computed is { } computed ? $"  computed: {Printable.Of(computed.What, 256)} {Hex(computed.Digests[boot.Banks.ToList().IndexOf(register.Bank)])}" : "  computed: nothing more");
            output.WriteLine(register.Logged is { } logged ? $"  logged:   {logged.Type} {(logged.Text.Length > 0 ? $"'{Printable.Of(logged.Text, 256)}' " : "")}{logged.Digest}" : "  logged:   nothing more");
        }
        output.Flush();
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
