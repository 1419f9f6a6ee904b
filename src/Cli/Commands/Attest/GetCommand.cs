using System.CommandLine;
using System.Security.Cryptography;
using Coffer.Attestation;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Client;
using Coffer.Cli.BrokerCalls;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Terminal;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Attest;

/// <summary><c>coffer attest get</c>: a resource, released to this machine.</summary>
internal sealed class GetCommand : Verb
{
    private readonly BrokerAddressFlags _broker;
    private readonly MachineFlags _machine;
    private readonly Argument<string> _resource = new("RESOURCE") { Description = "kbs:///REPOSITORY/TYPE/TAG, with ?version=N for one version, or the path alone" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "a new file for it, mode 0600 (default: standard output)", HelpName = "FILE" };

    public GetCommand(Session session)
        : base(
            "get", "Attest to a key broker and get a resource from it, byte for byte.",
            "coffer attest get --broker https://broker.example:8080 --broker-ca ca.pem kbs:///default/app/password",
            "coffer attest get -o key.bin 'kbs:///default/image-kek/1?version=2'")
    {
        _broker = new BrokerAddressFlags(this);
        _machine = new MachineFlags(this);
        Add(_resource);
        Add(_output);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        using var http = _broker.Connect(parsed, session.Time);
        var resource = Resource(parsed, http);
        var attester = BuiltInTees.Attester(_machine.Read(parsed), session.Time);
        using var disposal = attester as IDisposable;
        var client = new RcarClient(http, attester);
        using var attested = await client.AttestAsync(cancellationToken).ConfigureAwait(false);
        var bytes = await client.GetAsync(attested, resource, cancellationToken).ConfigureAwait(false);
        try
        {
            if (parsed.GetValue(_output) is null) SecretOutput.Protect(session);
            using var output = parsed.GetValue(_output) is { } path ? Create(path) : session.OpenOutput();
            await output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
        return (int)ExitStatus.Done;
    }

    private KbsResourceUri Resource(ParseResult parsed, BrokerHttp http)
    {
        var text = parsed.GetRequiredValue(_resource);
        var resource = text.Contains("://", StringComparison.Ordinal) ? KbsResourceUri.Parse(text) : KbsResourceUri.Parse($"kbs:///{text.TrimStart('/')}");
        return resource.Host is null || resource.Host.Equals(http.Authority, StringComparison.OrdinalIgnoreCase) ? resource with { Host = null } : throw new CofferException(
            $"'{Printable.Of(text)}' names another broker than {http.Authority}", ExitStatus.Denied, "leave its host out: kbs:///REPOSITORY/TYPE/TAG");
    }

    private static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
