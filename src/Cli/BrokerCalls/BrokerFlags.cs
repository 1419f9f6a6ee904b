using System.CommandLine;
using Coffer.Attestation.Protocol.Client;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>The flags by which a verb finds a broker and shows who asks. A token is never a flag's value: others on the machine see command lines.</summary>
internal sealed class BrokerFlags
{
    private const string AddressVariable = "COFFER_BROKER", CaVariable = "COFFER_BROKER_CA", TokenVariable = "COFFER_TOKEN";
    private const int MostTokenBytes = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // for a broker that is just starting

    private readonly Option<string?> _broker = new("--broker") { Description = $"the broker's address, https://HOST:PORT (otherwise {AddressVariable})", HelpName = "URL" };
    private readonly Option<string?> _ca = new("--broker-ca") { Description = $"the broker's ca.pem, which alone may vouch for it (otherwise {CaVariable}, otherwise the system's authorities)", HelpName = "FILE" };
    private readonly Option<string?> _token = new("--token-file") { Description = $"file with the access token (otherwise {TokenVariable})", HelpName = "FILE" };
    private readonly Option<bool> _plain = new("--insecure-http") { Description = "allow http://, where whoever sees the traffic has the token" };

    public BrokerFlags(Command command)
    {
        foreach (var option in (Option[])[_broker, _ca, _token, _plain]) command.Add(option);
    }

    /// <summary>A client as the flags and the environment say. The caller disposes it.</summary>
    /// <exception cref="CofferException">Wrong usage: no address or no token; or a file cannot be used.</exception>
    public BrokerApi Connect(ParseResult parsed, TimeProvider time)
    {
        var text = parsed.GetValue(_broker) ?? Variable(AddressVariable)
            ?? throw new CofferException("no broker was named", ExitStatus.Usage, $"give --broker https://HOST:PORT or set {AddressVariable}");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address)) throw new CofferException($"'{Printable.Of(text)}' is no address of a broker", ExitStatus.Usage, "it is written https://HOST:PORT");
        var token = Token(parsed);
        var options = new BrokerHttpOptions(address) { CaFile = parsed.GetValue(_ca) ?? Variable(CaVariable), InsecureHttp = parsed.GetValue(_plain), RetryRefusedFor = Patience };
        return new BrokerApi(new BrokerHttp(options, time), token);
    }

    private string Token(ParseResult parsed)
    {
        var text = parsed.GetValue(_token) is { } file ? Read(file) : Variable(TokenVariable)
            ?? throw new CofferException("no access token was given", ExitStatus.Usage, $"give --token-file FILE or set {TokenVariable}; the broker's first is in its data folder's admin-token");
        text = text.Trim();
        return text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
            ? text
            : throw new CofferException("what was given is no access token", ExitStatus.Usage, "it reads coffer_ID_SECRET");
    }

    private static string Read(string file)
    {
        using var stream = File.OpenRead(file);
        var buffer = new byte[MostTokenBytes];
        return System.Text.Encoding.ASCII.GetString(buffer, 0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
