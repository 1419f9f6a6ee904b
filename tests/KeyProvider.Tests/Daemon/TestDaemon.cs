using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Daemon;
using Coffer.KeyProvider.Sources;
using Coffer.Support;

namespace Coffer.KeyProvider.Tests.Daemon;

/// <summary>A daemon in this process on a socket of its own, with what it told about itself.</summary>
internal sealed class TestDaemon : IAsyncDisposable
{
    /// <summary>Longest wait for what has to come about, also on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempDirectory _folder;

    private TestDaemon(TempDirectory folder, KeyProviderDaemon daemon, RecordingObserver observer, DaemonLoad load, string socket)
    {
        _folder = folder;
        Daemon = daemon;
        Observer = observer;
        Load = load;
        Socket = socket;
    }

    public KeyProviderDaemon Daemon { get; }

    public RecordingObserver Observer { get; }

    public DaemonLoad Load { get; }

    public string Socket { get; }

    public static async Task<TestDaemon> StartAsync(
        IKeySource? source = null, KeyProviderSettings? settings = null, Func<CancellationToken, Task<(KeyProviderSettings, KeyProviderCore)>>? reload = null)
    {
        var folder = new TempDirectory();
        var socket = folder.Combine("kp.sock");
        settings ??= new KeyProviderSettings();
        settings = settings with { Listen = settings.Listen with { Socket = socket } };
        var observer = new RecordingObserver();
        var load = new DaemonLoad();
        var core = new KeyProviderCore(settings.Core, source is null ? [] : [source]);
        var daemon = await KeyProviderDaemon.StartAsync(new DaemonParts(settings, core) { Observer = observer, Load = load, Reload = reload }, CancellationToken.None);
        return new TestDaemon(folder, daemon, observer, load, socket);
    }

    public DaemonClient Client() => new(Socket);

    public async ValueTask DisposeAsync()
    {
        await Daemon.DisposeAsync();
        _folder.Dispose();
    }
}
