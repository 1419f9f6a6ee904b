using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.KeyProvider;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Daemon;
using Coffer.KeyProvider.Daemon.Telemetry;
using Coffer.KeyProvider.Memory;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>coffer keyprovider serve</c>: the daemon.</summary>
internal sealed class ServeCommand : Verb
{
    private readonly Option<bool> _check = new("--check") { Description = "read the configuration, open the key sources and the TLS files as a start would, say 'ok' or all that is wrong, and end" };
    private readonly SettingsFlags _settings;

    public ServeCommand(Session session)
        : base(
            "serve", "Answer runtimes over gRPC on a Unix socket until told to stop; prints 'ready' once calls are accepted.",
            "coffer keyprovider serve --socket kp.sock --local-keys keys",
            "coffer keyprovider serve --config /etc/coffer/keyprovider.json",
            "coffer keyprovider serve --config /etc/coffer/keyprovider.json --check")
    {
        _settings = new SettingsFlags(this, SettingsScope.Daemon);
        Add(_check);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        ProcessHardening.Apply();
        if (parsed.GetValue(_check))
        {
            await DaemonCheck.RunAsync(_settings.Load(parsed), cancellationToken).ConfigureAwait(false);
            Say(session, "ok");
            return (int)ExitStatus.Done;
        }
        var (settings, core) = await LoadAsync(parsed, session.Time, cancellationToken).ConfigureAwait(false);
        using var errors = Console.OpenStandardError();
        var telemetry = await StartTelemetryAsync(settings, core, errors, cancellationToken).ConfigureAwait(false);
        await using var disposal = telemetry.ConfigureAwait(false);
        var parts = new DaemonParts(settings, core)
        {
            Observer = telemetry.Observer,
            FrameworkLog = telemetry.FrameworkLog,
            Load = telemetry.Load,
            Reload = async token =>
            {
                var loaded = await LoadAsync(parsed, session.Time, token).ConfigureAwait(false);
                telemetry.Watch(loaded.Core);
                return loaded;
            },
        };
        await DaemonRun.ServeAsync(parts, () => Say(session, "ready"), cancellationToken).ConfigureAwait(false);
        return (int)ExitStatus.Done;
    }

    private static async Task<DaemonTelemetry> StartTelemetryAsync(KeyProviderSettings settings, KeyProviderCore core, Stream errors, CancellationToken cancellationToken)
    {
        try
        {
            var telemetry = await DaemonTelemetry.StartAsync(settings, errors, cancellationToken).ConfigureAwait(false);
            telemetry.Watch(core);
            return telemetry;
        }
        catch
        {
            await core.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<(KeyProviderSettings Settings, KeyProviderCore Core)> LoadAsync(ParseResult parsed, TimeProvider time, CancellationToken cancellationToken)
    {
        var settings = _settings.Load(parsed);
        return (settings, await KeyProviderCore.OpenAsync(settings.Core, settings.Sources, time, cancellationToken).ConfigureAwait(false));
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
