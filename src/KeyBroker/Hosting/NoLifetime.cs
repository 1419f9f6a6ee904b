using Microsoft.Extensions.Hosting;

namespace Coffer.KeyBroker.Hosting;

/// <summary>Keeps the web host from catching signals: the command does.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
