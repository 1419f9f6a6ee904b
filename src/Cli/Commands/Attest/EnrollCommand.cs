using System.CommandLine;
using Coffer.Attestation.Protocol.Client;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Tpm;
using Coffer.Attestation.Tpm.Enrolment;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Attest;

/// <summary><c>coffer attest enroll</c>: makes this machine known to a broker by its TPM. No administrator's token goes with it.</summary>
internal sealed class EnrollCommand : Verb
{
    private const string JoinVariable = "COFFER_JOIN_TOKEN";
    private const int MostJoinTokenBytes = 512;

    private readonly BrokerAddressFlags _broker;
    private readonly MachineFlags _machine;
    private readonly Option<string?> _name = new("--name") { Description = "what operators see (default: the host's name)", HelpName = "NAME" };
    private readonly Option<string?> _join = new("--join-token-file") { Description = $"file with a join token, which a rule of the broker may take for an approval (otherwise {JoinVariable})", HelpName = "FILE" };
    private readonly Option<string?> _certificate = new("--ek-cert") { Description = "the endorsement key's certificate, DER or PEM (default: the TPM's own)", HelpName = "FILE" };
    private readonly Option<string> _key = new("--ak") { Description = "kind of the attestation key, where it is made now: rsa or ecc", HelpName = "KIND", DefaultValueFactory = _ => "rsa" };
    private readonly Option<bool> _json = new("--json") { Description = "print one JSON document" };

    public EnrollCommand(Session session)
        : base(
            "enroll", "Make this machine known to a key broker by its TPM; whether it gets keys, the broker's operator says.",
            "coffer attest enroll --broker https://broker.example:8080 --broker-ca ca.pem",
            "coffer attest enroll --broker https://broker.example:8080 --broker-ca ca.pem --join-token-file token --json")
    {
        _broker = new BrokerAddressFlags(this);
        _machine = new MachineFlags(this, choice: false);
        foreach (var option in (Option[])[_name, _join, _certificate, _key, _json]) Add(option);
        _key.AcceptOnlyFromAmong("rsa", "ecc");
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var http = _broker.Connect(parsed, session.Time);
        var join = JoinToken(parsed);
        using var tpm = new TpmEnrolment(Settings(parsed), session.Time);
        var result = await EnrollAsync(new EnrolmentClient(http), tpm, parsed.GetValue(_name) ?? Environment.MachineName, join, cancellationToken).ConfigureAwait(false);
        tpm.Save(new EnrolledHost(_broker.Address(parsed).ToString(), result.Host, result.AkName));
        Show(parsed, session, result);
        return (int)ExitStatus.Done;
    }

    private static async Task<EnrolmentResult> EnrollAsync(EnrolmentClient broker, TpmEnrolment tpm, string name, string? join, CancellationToken cancellationToken)
    {
        var offer = await tpm.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var request = new EnrolmentRequest(offer.EkCertificate?.ToArray(), offer.EkPublic.ToArray(), offer.AkPublic.ToArray(), join, name, offer.HostUuid);
        var challenge = await broker.StartAsync(request, cancellationToken).ConfigureAwait(false);
        using var answer = await tpm.ActivateAsync(offer, challenge.CredentialBlob, challenge.EncryptedSecret, challenge.Nonce, cancellationToken).ConfigureAwait(false);
        var quote = new EnrolmentQuoteMessage(answer.Message, answer.Signature, [.. answer.Pcrs.Select(Convert.FromHexString)]);
        return await broker.ProveAsync(challenge.Enrolment, new EnrolmentProof(answer.Secret, quote), cancellationToken).ConfigureAwait(false);
    }

    private TpmSettings Settings(ParseResult parsed) => TpmSettings.Of(_machine.Read(parsed)) with
    {
        AkAlgorithm = parsed.GetValue(_key) == "ecc" ? AkAlgorithm.EllipticCurve : AkAlgorithm.Rsa,
        EkCertificatePath = parsed.GetValue(_certificate),
    };

    private void Show(ParseResult parsed, Session session, EnrolmentResult result)
    {
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(session.Output, json =>
            {
                json.WriteString("host", result.Host);
                json.WriteString("state", result.State);
                json.WriteString("ak_name", result.AkName);
            });
            return;
        }
        session.Output.WriteLine($"host {Printable.Of(result.Host)}: {Printable.Of(result.State)}");
        if (result.State != "approved") session.Error.WriteLine($"coffer: the broker's operator approves it: coffer broker host approve {Printable.Of(result.Host)}");
    }

    private string? JoinToken(ParseResult parsed)
    {
        if (parsed.GetValue(_join) is not { } path) return BrokerAddressFlags.Variable(JoinVariable);
        using var file = File.OpenRead(path);
        var buffer = new byte[MostJoinTokenBytes + 1];
        var text = System.Text.Encoding.ASCII.GetString(buffer, 0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)).Trim();
        return text.Length is > 0 and <= MostJoinTokenBytes ? text
            : throw new CofferException($"{Printable.Of(path)} holds no join token", ExitStatus.Usage, "'coffer broker join-token create' prints one");
    }
}
