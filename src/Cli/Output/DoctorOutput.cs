using Coffer.Cli.Doctor;
using Coffer.Oci;

namespace Coffer.Cli.Output;

/// <summary>What <c>doctor</c> found.</summary>
internal static class DoctorOutput
{
    public static void WriteText(TextWriter output, IReadOnlyList<(string Check, Finding Finding)> findings)
    {
        foreach (var (check, finding) in findings)
        {
            output.WriteLine($"{Name(finding.Verdict),-4}  {check}: {Printable.Of(finding.Text, 1024)}");
            if (finding.Hint is { } hint) output.WriteLine($"      hint: {Printable.Of(hint, 1024)}");
        }
        output.Flush();
    }

    public static void WriteJson(TextWriter output, IReadOnlyList<(string Check, Finding Finding)> findings) => JsonOutput.Write(output, json =>
    {
        json.WriteBoolean("healthy", findings.All(f => f.Finding.Verdict != Verdict.Fail));
        json.WriteStartArray("findings");
        foreach (var (check, finding) in findings)
        {
            json.WriteStartObject();
            json.WriteString("check", check);
            json.WriteString("verdict", Name(finding.Verdict));
            json.WriteString("text", Printable.Of(finding.Text, 1024));
            if (finding.Hint is { } hint) json.WriteString("hint", hint);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static string Name(Verdict verdict) => verdict switch { Verdict.Ok => "ok", Verdict.Warn => "warn", _ => "fail" };
}
