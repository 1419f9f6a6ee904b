using System.CommandLine;
using Coffer.Oci;

namespace Coffer.Cli.BrokerCalls;

/// <summary>The flags by which a verb finds a broker and shows who asks. A token is never a flag's value: others on the machine see command lines.</summary>
internal sealed class BrokerFlags
{
    private const string TokenVariable = "COFFER_TOKEN";
    private const int MostTokenBytes = 4096;

    private readonly BrokerAddressFlags _address;
    private readonly Option<string?> _token = new("--token-file") { Description = $"file with the access token (otherwise {TokenVariable})", HelpName = "FILE" };

    public BrokerFlags(Command command)
    {
        _address = new BrokerAddressFlags(command);
        command.Add(_token);
    }

    /// <summary>A client as the flags and the environment say. The caller disposes it.</summary>
    /// <exception cref="CofferException">Wrong usage: no address or no token; or a file cannot be used.</exception>
    public BrokerApi Connect(ParseResult parsed, TimeProvider time)
    {
        var address = _address.Address(parsed);
        var token = Token(parsed);
        return new BrokerApi(_address.Connect(parsed, address, time), token);
    }

    private string Token(ParseResult parsed)
    {
        var text = parsed.GetValue(_token) is { } file ? Read(file) : BrokerAddressFlags.Variable(TokenVariable)
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
}
