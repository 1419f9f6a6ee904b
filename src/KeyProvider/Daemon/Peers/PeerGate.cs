using Coffer.KeyProvider.Daemon.Calls;
using Grpc.Core;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyProvider.Daemon.Peers;

/// <summary>Answers every request of a peer that may not call with PERMISSION_DENIED, whatever it asks and before its body is read, and hangs up.</summary>
internal static class PeerGate
{
    public static Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<ConnectedPeer>() is not { } connected)
        {
            context.Abort();
            return Task.CompletedTask;
        }
        if (connected.Allowed) return next(context);
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        var peer = connected.Peer;
        return Refusal.WriteAsync(
            context, StatusCode.PermissionDenied, $"key provider: uid {peer.Uid} (pid {peer.Pid}, gid {peer.Gid}) may not call this daemon",
            "its operator lists who may in listen.allowedUids and listen.allowedGids");
    }
}
