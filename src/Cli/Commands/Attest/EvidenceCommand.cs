using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Messages;
using Coffer.Cli.CommandLine;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Attest;

/// <summary><c>coffer attest evidence</c>: what a broker would be shown, as the protocol's attestation message.</summary>
internal sealed class EvidenceCommand : Verb
{
    private const int NonceBytes = 32;

    private readonly MachineFlags _machine;
    private readonly Option<string?> _nonce = new("--nonce") { Description = "the verifier's nonce, as a text (default: a random one)", HelpName = "TEXT" };

    public EvidenceCommand(Session session)
        : base(
            "evidence", "Print evidence of this machine, as a broker would be shown it. Nothing of it is secret.",
            "coffer attest evidence > evidence.json", "coffer attest evidence --nonce AAECAw== | coffer attest explain -")
    {
        _machine = new MachineFlags(this);
        Add(_nonce);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        var attester = BuiltInTees.Attester(_machine.Read(parsed), session.Time);
        using var disposal = attester as IDisposable;
        using var key = await attester.OpenKeyAsync(cancellationToken).ConfigureAwait(false);
        var nonce = parsed.GetValue(_nonce) ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
        var evidence = await attester.CollectAsync(ReportData.Compute(KbsVersions.Current, nonce, key.Public), key, cancellationToken).ConfigureAwait(false);
        session.Output.WriteLine(Encoding.UTF8.GetString(KbsAttestation.Write(nonce, key.Public, evidence)));
        return (int)ExitStatus.Done;
    }
}
