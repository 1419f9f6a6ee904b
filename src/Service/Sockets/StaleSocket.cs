using System.Net.Sockets;
using Coffer.Oci;
using Coffer.Service.Files;

namespace Coffer.Service.Sockets;

/// <summary>What a daemon that was killed leaves behind: a socket at which nobody answers.</summary>
internal static class StaleSocket
{
    /// <summary>Removes a socket at which nobody listens. Nothing is done where the path is free. The caller holds the path's lock.</summary>
    /// <exception cref="CofferException">Somebody listens, it cannot be told, or it is no socket: then nothing is removed.</exception>
    public static void Remove(string path)
    {
        if (FileFacts.Of(path) is not { } found) return;
        var shown = Printable.Of(path);
        if (found.Type != FileFacts.Kind.Socket) throw new CofferException($"{shown} is not a socket, so it is left alone", hint: "remove it, or choose another --socket");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
        {
            // Its queue is full: somebody listens.
        }
        catch (SocketException e)
        {
            throw new CofferException($"socket {shown} is there already, and whether anybody listens cannot be told: {Printable.Of(e.Message)}", inner: e);
        }
        throw new CofferException($"another daemon listens on {shown}", hint: "stop it first, or choose another --socket");
    }
}
