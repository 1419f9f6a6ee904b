using Coffer.ImageCrypt.KeyWrap.Provider.Wire;
using Grpc.Core;
using Grpc.Health.V1;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Coffer.KeyProvider.Daemon.Hosting;

/// <summary>
/// grpc.health.v1: serving until the daemon is told to stop, then not any more. A watcher hears of that and his stream ends, so that
/// it does not hold up the stop.
/// </summary>
internal sealed class HealthEndpoint : Health.HealthBase
{
    // The whole server's name, and the service's.
    private static readonly string[] Names = ["", KeyProviderService.Descriptor.FullName];

    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Stop() => _stopping.TrySetResult();

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => Names.Contains(request.Service)
        ? Task.FromResult(Now)
        : throw new RpcException(new Grpc.Core.Status(StatusCode.NotFound, "there is no service of that name here"));

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var known = Names.Contains(request.Service);
        var first = known ? Now : new HealthCheckResponse { Status = Status.ServiceUnknown };
        await responseStream.WriteAsync(first, context.CancellationToken).ConfigureAwait(false);
        await _stopping.Task.WaitAsync(context.CancellationToken).ConfigureAwait(false);
        if (known && first.Status != Status.NotServing) await responseStream.WriteAsync(Now, context.CancellationToken).ConfigureAwait(false);
    }

    private HealthCheckResponse Now => new() { Status = _stopping.Task.IsCompleted ? Status.NotServing : Status.Serving };
}
