using System.Runtime.InteropServices;

namespace Coffer.Cli;

/// <summary>
/// Ctrl-C and a request to terminate cancel the work, so that it can clean up; asking again ends the process at once.
/// Until <see cref="Begin"/> they end it at once as well.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const int Interrupt = 2, Terminate = 15;

    private readonly CancellationTokenSource _source = new();
    private PosixSignalRegistration[] _registrations = [];

    public CancellationToken Token => _source.Token;

    /// <summary>The number of the signal that came; null if none did.</summary>
    public int? Signal { get; private set; }

    /// <summary>Listens from now on. Has no effect the second time.</summary>
    public void Begin()
    {
        if (_registrations.Length > 0) return;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Interrupt)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, Terminate)),
        ];
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context, int signal)
    {
        if (Signal is not null) return;
        context.Cancel = true;
        Signal = signal;
        _source.Cancel();
    }
}
