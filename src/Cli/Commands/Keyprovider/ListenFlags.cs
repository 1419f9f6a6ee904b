using System.CommandLine;
using Coffer.KeyProvider.Configuration;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary>The daemon's own flags: where it listens, and to whom.</summary>
internal sealed class ListenFlags
{
    private readonly Option<string?> _socket = new("--socket") { Description = $"Unix socket to listen on (default {ListenSettings.DefaultSocket})", HelpName = "PATH" };
    private readonly Option<bool> _noSocket = new("--no-socket") { Description = "listen on TCP alone" };
    private readonly Option<string?> _mode = new("--socket-mode") { Description = "permission bits of the socket (default 0660)", HelpName = "MODE" };
    private readonly Option<string?> _group = new("--socket-group") { Description = "group that owns the socket", HelpName = "GROUP" };
    private readonly Option<string[]> _uids = new("--allow-uid") { Description = "user who may call, by name or number; can be given several times (default root and the daemon's own user)", HelpName = "USER" };
    private readonly Option<string[]> _gids = new("--allow-gid") { Description = "primary group whose users may call, by name or number; can be given several times", HelpName = "GROUP" };
    private readonly Option<string?> _tcp = new("--tcp") { Description = "listen on TCP too, with TLS and client certificates", HelpName = "ADDRESS:PORT" };
    private readonly Option<string?> _cert = new("--tls-cert") { Description = "certificate chain for --tcp, PEM", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--tls-key") { Description = "its private key, PEM", HelpName = "FILE" };
    private readonly Option<string?> _clientCa = new("--tls-client-ca") { Description = "authorities whose client certificates may call, PEM", HelpName = "FILE" };

    public ListenFlags(Command command)
    {
        foreach (var option in (Option[])[_socket, _noSocket, _mode, _group, _uids, _gids, _tcp, _cert, _key, _clientCa]) command.Add(option);
    }

    public void Read(ParseResult parsed, ConfigFlags flags)
    {
        flags.Set(_socket.Name, parsed.GetValue(_socket), "listen", "socket");
        if (parsed.GetValue(_noSocket)) flags.SetNone(_noSocket.Name, "listen", "socket");
        flags.Set(_mode.Name, parsed.GetValue(_mode), "listen", "mode");
        flags.Set(_group.Name, parsed.GetValue(_group), "listen", "group");
        flags.Set(_uids.Name, parsed.GetValue(_uids) ?? [], "listen", "allowedUids");
        flags.Set(_gids.Name, parsed.GetValue(_gids) ?? [], "listen", "allowedGids");
        flags.Set(_tcp.Name, parsed.GetValue(_tcp), "listen", "tcp", "address");
        flags.Set(_cert.Name, parsed.GetValue(_cert), "listen", "tcp", "cert");
        flags.Set(_key.Name, parsed.GetValue(_key), "listen", "tcp", "key");
        flags.Set(_clientCa.Name, parsed.GetValue(_clientCa), "listen", "tcp", "clientCa");
    }
}
