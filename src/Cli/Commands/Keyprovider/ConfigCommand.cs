using System.CommandLine;
using System.Text.Json;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.KeyProvider.Configuration;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>coffer keyprovider config</c>: the file that <c>OCICRYPT_KEYPROVIDER_CONFIG</c> names, for this installation.</summary>
internal sealed class ConfigCommand : Verb
{
    private readonly Option<string[]> _names = new("--name") { Description = "provider name that people write after provider: (default coffer); can be given several times", HelpName = "NAME" };
    private readonly Option<string?> _socket = new("--socket") { Description = $"the daemon's Unix socket (default {ListenSettings.DefaultSocket})", HelpName = "PATH" };
    private readonly Option<bool> _command = new("--cmd") { Description = "let runtimes run this executable for each layer, with the flags of exec that are given here" };
    private readonly Option<string?> _tcp = new("--tcp") { Description = "the daemon's TCP address, with TLS; needs ocicrypt 1.3 or later", HelpName = "HOST:PORT" };
    private readonly Option<string?> _ca = new("--tls-ca") { Description = "authority of the daemon's certificate, PEM (with --tcp)", HelpName = "FILE" };
    private readonly Option<string?> _cert = new("--tls-cert") { Description = "the runtime's client certificate, PEM (with --tcp)", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--tls-key") { Description = "its private key, PEM (with --tcp)", HelpName = "FILE" };
    private readonly SettingsFlags _settings;

    public ConfigCommand(Session session)
        : base(
            "config", "Print the ocicrypt configuration with which runtimes find this key provider.",
            "coffer keyprovider config --socket kp.sock > ocicrypt.json",
            "coffer keyprovider config --cmd --local-keys keys > ocicrypt.json",
            "coffer keyprovider config --tcp keys.example.org:50051 --tls-ca ca.pem --tls-cert node.pem --tls-key node.key",
            "OCICRYPT_KEYPROVIDER_CONFIG=ocicrypt.json skopeo copy --encryption-key provider:coffer:keyid=team-a oci:image:tag oci:enc:tag")
    {
        foreach (var option in (Option[])[_names, _socket, _command, _tcp, _ca, _cert, _key]) Add(option);
        _settings = new SettingsFlags(this, SettingsScope.Command);
        SetAction(parsed => Run(parsed, session));
    }

    private int Run(ParseResult parsed, Session session)
    {
        var names = parsed.GetValue(_names) is { Length: > 0 } given ? given : ["coffer"];
        var entry = Entry(parsed);
        JsonOutput.Write(session.Output, json =>
        {
            json.WriteStartObject("key-providers");
            foreach (var name in names.Distinct())
            {
                if (!CheckName(name)) throw Wrong($"--name '{Printable.Of(name, 64)}' is no provider's name", "letters, digits, '-', '_' and '.'");
                json.WriteStartObject(name);
                entry(json);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        });
        return 0;
    }

    private Action<Utf8JsonWriter> Entry(ParseResult parsed)
    {
        var (socket, tcp, command) = (parsed.GetValue(_socket), parsed.GetValue(_tcp), parsed.GetValue(_command));
        if ((socket is null ? 0 : 1) + (tcp is null ? 0 : 1) + (command ? 1 : 0) > 1) throw Wrong("--socket, --tcp and --cmd exclude each other", "give one of them");
        if (command) return Command(parsed);
        if (_settings.Arguments(parsed) is [var first, ..]) throw Wrong($"{first} belongs to --cmd, which is not given", "the daemon has its own flags: coffer keyprovider serve --help");
        if (tcp is not null) return Tcp(tcp, parsed);
        if (((string?[])[parsed.GetValue(_ca), parsed.GetValue(_cert), parsed.GetValue(_key)]).Any(f => f is not null)) throw Wrong("--tls-ca, --tls-cert and --tls-key belong to --tcp", "give --tcp HOST:PORT");
        return Socket(Path.GetFullPath(socket ?? ListenSettings.DefaultSocket));
    }

    private static Action<Utf8JsonWriter> Socket(string path)
    {
        // Clients differ in whether they take such characters of the address as they stand.
        if (path.AsSpan().IndexOfAny("%?#\\ ") >= 0 || path.Any(char.IsControl)) throw Wrong($"the socket's path {Printable.Of(path)} has characters that gRPC addresses cannot have", "choose another path");
        return json => json.WriteString("grpc", $"unix://{path}");
    }

    private Action<Utf8JsonWriter> Command(ParseResult parsed)
    {
        // What the runtime would trip over for every layer is said once, now.
        _settings.Load(parsed);
        var program = Environment.ProcessPath ?? throw new CofferException("this executable's own path cannot be told");
        return json =>
        {
            json.WriteStartObject("cmd");
            json.WriteString("path", program);
            json.WriteStartArray("args");
            foreach (var argument in (string[])["keyprovider", "exec", .. _settings.Arguments(parsed)]) json.WriteStringValue(argument);
            json.WriteEndArray();
            json.WriteEndObject();
        };
    }

    private Action<Utf8JsonWriter> Tcp(string address, ParseResult parsed)
    {
        var files = new (string Flag, string Member, string? File)[]
        {
            (_ca.Name, "root-ca-file", parsed.GetValue(_ca)), (_cert.Name, "cert-file", parsed.GetValue(_cert)), (_key.Name, "key-file", parsed.GetValue(_key)),
        };
        if (files.FirstOrDefault(f => f.File is null) is { Flag: { } missing }) throw Wrong($"--tcp needs {missing}", "the daemon takes no TCP call without a client certificate");
        return json =>
        {
            json.WriteString("grpc", address);
            json.WriteStartObject("grpc-tls");
            foreach (var (_, member, file) in files) json.WriteString(member, Path.GetFullPath(file!));
            json.WriteEndObject();
        };
    }

    private static bool CheckName(string name) => name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static CofferException Wrong(string message, string hint) => new(message, ExitStatus.Usage, hint);
}
