using System.Net.Sockets;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Daemon.Systemd;
using Coffer.Oci;
using Coffer.Service.Sockets;
using Coffer.Service.Systemd;

namespace Coffer.KeyProvider.Daemon.Hosting;

/// <summary>Opens what a daemon listens on: sockets that systemd hands over, otherwise the Unix socket named; and TCP where it is set up.</summary>
internal static class Listeners
{
    /// <exception cref="CofferException">Nothing to listen on, or something that cannot be opened.</exception>
    public static IReadOnlyList<Listener> Open(ListenSettings settings, Func<string, string?> variable)
    {
        var listeners = new List<Listener>();
        try
        {
            foreach (var socket in ActivatedSockets.Take(variable))
            {
                var listener = new Listener(socket, ActivatedSockets.Describe(socket), socket.AddressFamily != AddressFamily.Unix);
                listeners.Add(listener);
                if (listener.IsTcp && settings.Tcp is null)
                {
                    throw new CofferException(
                        $"systemd hands over {listener.Place}, and TCP needs certificates", hint: "set up listen.tcp in the configuration, or let the .socket unit name a path");
                }
            }
            if (listeners.Count == 0 && settings.Socket is { } path)
            {
                var (place, socket) = UnixSocketPlace.Take(path, settings.Mode, settings.Group);
                listeners.Add(new Listener(socket, place.Path, IsTcp: false, place));
            }
            if (settings.Tcp is { } tcp && !listeners.Any(l => l.IsTcp)) listeners.Add(OpenTcp(tcp));
            return listeners.Count > 0 ? listeners : throw new CofferException("the daemon has nothing to listen on", ExitStatus.Usage, "name a --socket");
        }
        catch
        {
            foreach (var listener in listeners) listener.Dispose();
            throw;
        }
    }

    private static Listener OpenTcp(TcpSettings settings)
    {
        var socket = new Socket(settings.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(settings.Address);
            return new Listener(socket, socket.LocalEndPoint!.ToString()!, IsTcp: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new CofferException($"cannot listen on {settings.Address}: {Printable.Of(e.Message)}", hint: "does another program listen there?", inner: e);
        }
    }
}
