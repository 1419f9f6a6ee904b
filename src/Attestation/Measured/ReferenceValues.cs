using System.Globalization;
using System.Text.Json.Nodes;
using Coffer.Attestation.Measured.Systemd;

namespace Coffer.Attestation.Measured;

/// <summary>
/// Computed values in the form that reference sets have (docs/policies.md): registers of a bank by number, and lists under the names of the
/// claims below <c>tpm.boot</c> that verified evidence of such a boot makes, which are of the sha256 bank.
/// </summary>
public static class ReferenceValues
{
    private const string ClaimedBank = "sha256";
    private const int MostTextCharacters = 1024; // of a value of a reference set

    /// <summary>The values of a bank's computed registers, ascending.</summary>
    /// <param name="boot">The boot.</param>
    /// <param name="bank">One of its banks.</param>
    /// <param name="phases">Paths of boot phases: PCR 11 has a value for each of them. Empty for the value before any.</param>
    public static IReadOnlyList<RegisterValue> Registers(MeasuredBoot boot, string bank, IReadOnlyList<string> phases)
    {
        var values = new List<RegisterValue>();
        foreach (var register in boot.Registers)
        {
            if (register != Measured.Registers.UnifiedKernel || phases.Count == 0)
            {
                values.Add(new RegisterValue(register, "", boot.Value(bank, register)));
                continue;
            }
            foreach (var phase in phases)
            {
                var reached = boot.Fork();
                BootPhases.Measure(reached, phase);
                values.Add(new RegisterValue(register, phase, reached.Value(bank, register)));
            }
        }
        return values;
    }

    /// <summary>The member <c>values</c> of a reference set.</summary>
    /// <param name="boot">The boot.</param>
    /// <param name="phases">As for <see cref="Registers"/>.</param>
    public static JsonObject Of(MeasuredBoot boot, IReadOnlyList<string> phases)
    {
        var values = new JsonObject();
        foreach (var bank in boot.Banks)
        {
            var registers = new JsonObject();
            foreach (var value in Registers(boot, bank, phases).GroupBy(v => v.Register)) registers[value.Key.ToString(CultureInfo.InvariantCulture)] = List(value.Select(v => Convert.ToHexStringLower(v.Value.Span)));
            if (registers.Count > 0) values[bank] = registers;
        }
        var at = boot.Banks.ToList().IndexOf(ClaimedBank);
        if (at >= 0)
        {
            Put("applications", e => e.IsProgram);
            Put("files", e => e.Register == Measured.Registers.LoadedFiles);
            Put("kernel", e => e.Register == Measured.Registers.UnifiedKernel && e.What == UnifiedSections.Linux);
            Put("initrd", e => e.Register == Measured.Registers.UnifiedKernel && e.What == UnifiedSections.Initrd);
        }
        var lines = List(boot.Events.Select(e => e.CommandLine).OfType<string>().Where(line => line.Length is > 0 and <= MostTextCharacters));
        if (lines.Count > 0) values["command_line"] = lines;
        return values;

        void Put(string claim, Func<MeasuredEvent, bool> belongs)
        {
            var list = List(boot.Events.Where(e => !boot.Unknown.ContainsKey(e.Register) && belongs(e)).Select(e => Convert.ToHexStringLower(e.Digests[at].Span)));
            if (list.Count > 0) values[claim] = list;
        }
    }

    private static JsonArray List(IEnumerable<string> texts) => [.. texts.Distinct(StringComparer.Ordinal).Select(text => (JsonNode)JsonValue.Create(text))];
}
