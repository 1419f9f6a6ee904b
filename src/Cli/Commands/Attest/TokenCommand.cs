using System.CommandLine;
using Coffer.Attestation;
using Coffer.Attestation.Protocol.Client;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.CommandLine;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Attest;

/// <summary><c>coffer attest token</c>: the broker's word on this machine.</summary>
internal sealed class TokenCommand : Verb
{
    private readonly BrokerAddressFlags _broker;
    private readonly MachineFlags _machine;

    public TokenCommand(Session session)
        : base(
            "token", "Attest to a key broker and print the token that it gives, a JWT. It opens nothing without this machine.",
            "coffer attest token --broker https://broker.example:8080 --broker-ca ca.pem")
    {
        _broker = new BrokerAddressFlags(this);
        _machine = new MachineFlags(this);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var http = _broker.Connect(parsed, session.Time);
        var attester = BuiltInTees.Attester(_machine.Read(parsed), session.Time);
        using var disposal = attester as IDisposable;
        using var attested = await new RcarClient(http, attester).AttestAsync(cancellationToken).ConfigureAwait(false);
        session.Output.WriteLine(attested.Token);
        return (int)ExitStatus.Done;
    }
}
