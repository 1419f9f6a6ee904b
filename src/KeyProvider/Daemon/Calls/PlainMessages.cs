using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyProvider.Daemon.Calls;

/// <summary>
/// Turns compressed requests away. The gRPC library bounds a message as it arrives and not what it grows to, and it adds its
/// own compressions to an empty list of them.
/// </summary>
internal static class PlainMessages
{
    public static Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var encoding = context.Request.Headers["grpc-encoding"];
        if (encoding.Count == 0 || encoding == "identity") return next(context);
        context.Response.Headers["grpc-accept-encoding"] = "identity";
        return Refusal.WriteAsync(context, StatusCode.Unimplemented, "key provider: compressed messages are not read", "send them as they are");
    }
}
