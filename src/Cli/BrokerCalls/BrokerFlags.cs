using System.CommandLine;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>The flags by which a verb finds a broker and shows who asks. A token is never a flag's value: others on the machine see command lines.</summary>
internal sealed class BrokerFlags
{
    private const string TokenVariable = "COFFER_TOKEN", CertificateVariable = "COFFER_CLIENT_CERT", KeyVariable = "COFFER_CLIENT_KEY";
    private const int MostTokenBytes = 16 * 1024;

    private readonly BrokerAddressFlags _address;
    private readonly Option<string?> _token = new("--token-file") { Description = $"file with the access token, the broker's own or an issuer's JWT (otherwise {TokenVariable})", HelpName = "FILE" };
    private readonly Option<string?> _certificate = new("--client-cert") { Description = $"client certificate and its intermediates, PEM, to show instead of a token (otherwise {CertificateVariable})", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--client-key") { Description = $"its private key, PEM, where it stands in a file of its own (otherwise {KeyVariable})", HelpName = "FILE" };

    public BrokerFlags(Command command)
    {
        _address = new BrokerAddressFlags(command);
        foreach (var option in (Option[])[_token, _certificate, _key]) command.Add(option);
    }

    /// <summary>A client as the flags and the environment say. The caller disposes it.</summary>
    /// <exception cref="CofferException">Wrong usage: no address or no token; or a file cannot be used.</exception>
    public BrokerApi Connect(ParseResult parsed, TimeProvider time)
    {
        var address = _address.Address(parsed);
        var certificate = parsed.GetValue(_certificate) ?? BrokerAddressFlags.Variable(CertificateVariable);
        var key = parsed.GetValue(_key) ?? BrokerAddressFlags.Variable(KeyVariable);
        if (certificate is null && key is not null) throw new CofferException("a client key goes with a certificate", ExitStatus.Usage, "give --client-cert FILE as well");
        var token = Token(parsed, certificate is not null, () => LoginFile.OfUser().Find(address.Authority, time));
        return new BrokerApi(_address.Connect(parsed, address, time, certificate, key), token);
    }

    // Whoever gives a token or a certificate means that, whatever he logged in as before.
    private string? Token(ParseResult parsed, bool hasCertificate, Func<string?> ofLogin)
    {
        var text = parsed.GetValue(_token) is { } file ? Read(file) : BrokerAddressFlags.Variable(TokenVariable);
        if (text is null && hasCertificate) return null;
        text ??= ofLogin() ?? throw new CofferException("no access token was given", ExitStatus.Usage, $"give --token-file FILE or set {TokenVariable}, or log in: coffer broker login; the broker's first is in its data folder's admin-token");
        text = text.Trim();
        return text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            ? text
            : throw new CofferException("what was given is no access token", ExitStatus.Usage, "it reads coffer_ID_SECRET, or is an issuer's JWT");
    }

    private static string Read(string file)
    {
        using var stream = File.OpenRead(file);
        var buffer = new byte[MostTokenBytes];
        return System.Text.Encoding.ASCII.GetString(buffer, 0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
    }
}
