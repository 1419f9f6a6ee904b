using System.CommandLine;
using Coffer.Attestation.Protocol.Client;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>The flags by which a verb finds a broker.</summary>
internal sealed class BrokerAddressFlags
{
    private const string AddressVariable = "COFFER_BROKER", CaVariable = "COFFER_BROKER_CA";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // for a broker that is just starting

    private readonly Option<string?> _broker = new("--broker") { Description = $"the broker's address, https://HOST:PORT (otherwise {AddressVariable})", HelpName = "URL" };
    private readonly Option<string?> _ca = new("--broker-ca") { Description = $"the broker's ca.pem, which alone may vouch for it (otherwise {CaVariable}, otherwise the system's authorities)", HelpName = "FILE" };
    private readonly Option<bool> _plain = new("--insecure-http") { Description = "allow http://: whoever is between reads and alters" };

    public BrokerAddressFlags(Command command)
    {
        foreach (var option in (Option[])[_broker, _ca, _plain]) command.Add(option);
    }

    /// <summary>A client as the flags and the environment say. The caller disposes it.</summary>
    /// <exception cref="CofferException">Wrong usage: no address; or the CA file cannot be used.</exception>
    public BrokerHttp Connect(ParseResult parsed, TimeProvider time) => Connect(parsed, Address(parsed), time);

    /// <summary>The same where the address is known already, perhaps with a client certificate.</summary>
    /// <exception cref="CofferException">The CA file or the certificate cannot be used.</exception>
    public BrokerHttp Connect(ParseResult parsed, Uri address, TimeProvider time, string? certificate = null, string? key = null)
    {
        var options = new BrokerHttpOptions(address) { ClientCertificateFile = certificate, ClientKeyFile = key, CaFile = parsed.GetValue(_ca) ?? Variable(CaVariable), InsecureHttp = parsed.GetValue(_plain), RetryRefusedFor = Patience };
        return new BrokerHttp(options, time);
    }

    /// <summary>The broker's address.</summary>
    /// <exception cref="CofferException">Wrong usage: there is none.</exception>
    public Uri Address(ParseResult parsed)
    {
        var text = parsed.GetValue(_broker) ?? Variable(AddressVariable)
            ?? throw new CofferException("no broker was named", ExitStatus.Usage, $"give --broker https://HOST:PORT or set {AddressVariable}");
        return Uri.TryCreate(text, UriKind.Absolute, out var address) ? address
            : throw new CofferException($"'{Printable.Of(text)}' is no address of a broker", ExitStatus.Usage, "it is written https://HOST:PORT");
    }

    /// <summary>A variable of the environment; null where it is absent or empty.</summary>
    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
