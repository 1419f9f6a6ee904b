using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.KeyProvider;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Daemon;
using Coffer.KeyProvider.Memory;
using Coffer.KeyProvider.Sources;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>coffer keyprovider serve</c>: the daemon.</summary>
internal sealed class ServeCommand : Verb
{
    private readonly SettingsFlags _settings;

    public ServeCommand(Session session)
        : base(
            "serve", "Answer runtimes over gRPC on a Unix socket until told to stop; prints 'ready' once calls are accepted.",
            "coffer keyprovider serve --socket kp.sock --local-keys keys",
            "coffer keyprovider serve --config /etc/coffer/keyprovider.json")
    {
        _settings = new SettingsFlags(this, SettingsScope.Daemon);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        ProcessHardening.Apply();
        var (settings, core) = await LoadAsync(parsed, cancellationToken).ConfigureAwait(false);
        var parts = new DaemonParts(settings, core) { Reload = token => LoadAsync(parsed, token) };
        await DaemonRun.ServeAsync(parts, () => Say(session, "ready"), cancellationToken).ConfigureAwait(false);
        return (int)ExitStatus.Done;
    }

    private async Task<(KeyProviderSettings Settings, KeyProviderCore Core)> LoadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = _settings.Load(parsed);
        var sources = await KeySources.OpenAsync(settings.Sources, cancellationToken).ConfigureAwait(false);
        try
        {
            return (settings, new KeyProviderCore(settings.Core, sources));
        }
        catch
        {
            foreach (var source in sources) await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Whoever started the daemon may have stopped listening; that is no reason not to serve.
    private static void Say(Session session, string line)
    {
        try
        {
            session.Output.WriteLine(line);
        }
        catch (IOException)
        {
        }
    }
}
