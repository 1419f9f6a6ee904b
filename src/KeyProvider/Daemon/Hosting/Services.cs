using Coffer.ImageCrypt.KeyWrap.Provider.Wire;
using Coffer.KeyProvider.Configuration;
using Grpc.Health.V1;
using Grpc.Reflection;
using Grpc.Reflection.V1Alpha;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Coffer.KeyProvider.Daemon.Hosting;

/// <summary>The gRPC services beside the key provider's own: health (grpc.health.v1) and reflection (v1 and v1alpha).</summary>
internal static class Services
{
    private const int SmallMessage = 16 * 1024;

    public static void Add(IServiceCollection services, LimitSettings limits, HealthEndpoint health)
    {
        var described = new[] { KeyProviderService.Descriptor, Health.Descriptor, ServerReflection.Descriptor, Grpc.Reflection.V1.ServerReflection.Descriptor };
        services.AddSingleton(health);
        services.AddSingleton(new ReflectionServiceImpl(described));
        services.AddSingleton(new ReflectionV1ServiceImpl(described));
        services.AddGrpc(options =>
            {
                options.MaxReceiveMessageSize = limits.MessageBytes;
                options.MaxSendMessageSize = null; // an answer is bounded by its request
                options.EnableDetailedErrors = false;
            })
            .AddServiceOptions<HealthEndpoint>(o => o.MaxReceiveMessageSize = SmallMessage)
            .AddServiceOptions<ReflectionServiceImpl>(o => o.MaxReceiveMessageSize = SmallMessage)
            .AddServiceOptions<ReflectionV1ServiceImpl>(o => o.MaxReceiveMessageSize = SmallMessage);
    }

    public static void Map(WebApplication app)
    {
        app.MapGrpcService<HealthEndpoint>();
        app.MapGrpcService<ReflectionServiceImpl>();
        app.MapGrpcService<ReflectionV1ServiceImpl>();
    }
}
