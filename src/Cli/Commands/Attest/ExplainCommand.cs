using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Messages;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Attest;

/// <summary><c>coffer attest explain</c>: verifies an evidence file as a broker would, and spells out what follows from it.</summary>
internal sealed class ExplainCommand : Verb
{
    private readonly Argument<string> _file = new("FILE") { Description = "what 'coffer attest evidence' printed; - for standard input" };
    private readonly Option<string> _tee = new("--tee") { Description = "whose evidence it is", HelpName = "TEE", DefaultValueFactory = _ => TeeNames.Tpm };
    private readonly Option<string?> _nonce = new("--nonce") { Description = "the nonce that it must answer (default: whichever it says)", HelpName = "TEXT" };
    private readonly Option<bool> _json = new("--json") { Description = "print one JSON document" };

    public ExplainCommand(Session session)
        : base(
            "explain", "Verify evidence as a broker would, and print the claims that follow from it. What the broker decided: coffer broker audit explain.",
            "coffer attest explain evidence.json", "coffer attest evidence | coffer attest explain --json -")
    {
        Note = "Whether the attestation key is enrolled, and what a policy says of the claims, only the broker knows.";
        Add(_file);
        foreach (var option in (Option[])[_tee, _nonce, _json]) Add(option);
        SetAction(parsed => Run(parsed, session));
    }

    private int Run(ParseResult parsed, Session session)
    {
        var tee = parsed.GetRequiredValue(_tee);
        var verifier = BuiltInTees.Verifiers(allowSample: true).GetValueOrDefault(tee)
            ?? throw new CofferException($"evidence of '{Printable.Of(tee, 32)}' is not verified here", ExitStatus.Usage, $"there are {string.Join(", ", BuiltInTees.Verifiers(allowSample: true).Keys)}");
        var attestation = KbsAttestation.Parse(Read(parsed.GetRequiredValue(_file), session), KbsVersions.Current);
        var nonce = attestation.Nonce ?? "";
        if (parsed.GetValue(_nonce) is { } expected && expected != nonce)
        {
            throw new AttestationException(AttestationFault.Untrusted, $"the evidence answers nonce '{Printable.Of(nonce)}' instead of '{Printable.Of(expected)}'", "it was made for somebody else, or is a replay");
        }
        var digest = ReportData.Compute(KbsVersions.Current, nonce, attestation.Key, attestation.AdditionalEvidence);
        var verdict = verifier.Verify(attestation.Evidence, digest, attestation.Key);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(session.Output, json =>
            {
                json.WriteString("tee", verdict.Tee);
                json.WriteString("nonce", nonce);
                if (verdict.Machine is { } machine) json.WriteString("ak_name", machine.AkName);
                json.WritePropertyName("claims");
                verdict.Claims.WriteTo(json);
            });
            return (int)ExitStatus.Done;
        }
        session.Output.WriteLine($"genuine, bound to its key and to nonce {Printable.Of(nonce)}");
        if (tee == TeeNames.Sample) session.Output.WriteLine("it proves nothing: anybody can make sample evidence");
        Show(verdict.Claims, "", session.Output);
        return (int)ExitStatus.Done;
    }

    // One line for each claim: the path by which a policy names it, and its value.
    private static void Show(JsonNode? node, string path, TextWriter output)
    {
        if (node is JsonObject claims)
        {
            foreach (var (name, value) in claims) Show(value, path.Length == 0 ? name : $"{path}.{name}", output);
            return;
        }
        output.WriteLine($"{path} = {Printable.Of(node?.ToJsonString() ?? "null", 4096)}");
    }

    private static byte[] Read(string file, Session session)
    {
        using var input = file == "-" ? session.OpenInput() : File.OpenRead(file);
        var buffer = new byte[KbsAttestation.MostBytes + 1];
        var length = input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return buffer[..length];
    }
}
