using Microsoft.Extensions.Hosting;

namespace Coffer.Service.Hosting;

/// <summary>Keeps the host from catching signals: the command does, and a second one must end the process at once.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
