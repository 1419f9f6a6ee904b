using Coffer.ImageCrypt.KeyWrap.Provider.Wire;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Coffer.Bench;

/// <summary>The least that a key provider could be: gRPC on a Unix socket that gives every message back.</summary>
internal sealed class EchoServer : KeyProviderService.KeyProviderServiceBase
{
    public static async Task RunAsync(string socket)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.ListenUnixSocket(socket, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        await using var application = builder.Build();
        application.MapGrpcService<EchoServer>();
        await application.StartAsync();
        Console.WriteLine("ready");
        await HostingAbstractionsHostExtensions.WaitForShutdownAsync(application);
    }

    public override Task<keyProviderKeyWrapProtocolOutput> WrapKey(keyProviderKeyWrapProtocolInput request, ServerCallContext context) => Echo(request);

    public override Task<keyProviderKeyWrapProtocolOutput> UnWrapKey(keyProviderKeyWrapProtocolInput request, ServerCallContext context) => Echo(request);

    private static Task<keyProviderKeyWrapProtocolOutput> Echo(keyProviderKeyWrapProtocolInput request) =>
        Task.FromResult(new keyProviderKeyWrapProtocolOutput { KeyProviderKeyWrapProtocolOutput = request.KeyProviderKeyWrapProtocolInput });
}
