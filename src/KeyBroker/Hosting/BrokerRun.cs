using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Policies;
using Coffer.KeyBroker.Telemetry;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Tls;
using Coffer.Oci;
using Coffer.Service.Logs;
using Coffer.Service.Systemd;
using Microsoft.Extensions.Logging;

namespace Coffer.KeyBroker.Hosting;

/// <summary>What is done with a broker's data folder on its own machine: made, served from, and its administrator's token reset.</summary>
public static class BrokerRun
{
    /// <summary>Makes the folder with root key, store, CA and administrator's token. What is there stays as it is.</summary>
    /// <param name="settings">Which folder, and its root key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warn">Hears what the operator should mend.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CofferException">It cannot be made.</exception>
    public static async Task<BrokerPlaces> InitAsync(BrokerSettings settings, TimeProvider time, Action<string> warn, CancellationToken cancellationToken)
    {
        var data = await BrokerData.OpenAsync(settings, alone: true, time, warn, cancellationToken).ConfigureAwait(false);
        await using var disposal = data.ConfigureAwait(false);
        using var authority = await AuthorityRecord.EnsureAsync(data.Parts, cancellationToken).ConfigureAwait(false);
        return await PlacesAsync(data, authority, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Serves until it is told to stop.</summary>
    /// <param name="settings">How.</param>
    /// <param name="time">The clock.</param>
    /// <param name="errors">Where the log goes: standard error. Not disposed.</param>
    /// <param name="ready">Called with the addresses once requests are accepted.</param>
    /// <param name="stop">Cancelled to stop.</param>
    /// <exception cref="CofferException">It could not be started.</exception>
    public static async Task ServeAsync(BrokerSettings settings, TimeProvider time, Stream errors, Action<IReadOnlyList<string>> ready, CancellationToken stop)
    {
        var ends = settings.Listen.Select(ListenAddress.Parse).ToList();
        var given = Given(settings);
        var names = ServerNames.Of(ends, settings.TlsNames);
        var telemetry = await BrokerTelemetry.StartAsync(settings, errors, time, stop).ConfigureAwait(false);
        await using var last = telemetry.ConfigureAwait(false);
        using var notifier = new ServiceNotifier(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), telemetry.Log.Warn);
        var data = await BrokerData.OpenAsync(settings, alone: true, time, telemetry.Log.Warn, stop).ConfigureAwait(false);
        await using var disposal = data.ConfigureAwait(false);
        var presence = await ReplicaPresence.StartAsync(data.Parts.Store, data.Ring, time, stop).ConfigureAwait(false);
        await using var absence = presence.ConfigureAwait(false);
        using var authority = given is null ? await AuthorityRecord.EnsureAsync(data.Parts, stop).ConfigureAwait(false) : null;
        Describe(await PlacesAsync(data, authority, stop).ConfigureAwait(false), telemetry.Log);
        WarnOf(settings, telemetry.Log.Warn);
        await data.Parts.TokenKeys.EnsureAsync(stop).ConfigureAwait(false);
        await PolicyShelf.EnsurePlacesAsync(data.Parts.Store, stop).ConfigureAwait(false);
        var access = settings.AccessFile is { } file ? new AccessReload(file, data.Parts, telemetry.Log.Warn) : null;
        if (access is not null) await access.LoadAsync(stop).ConfigureAwait(false);
        var identity = settings.InsecureHttp ? null : given ?? (IServerIdentity)new OwnIdentity(authority!, names, time);
        await new BrokerServing(telemetry.Observe(data.Parts), identity, authority, access, telemetry, notifier).RunAsync(ends, ready, stop).ConfigureAwait(false);
    }

    /// <summary>Ends the administrator's token of the data folder and writes a new one to its file; also while a broker serves from it.</summary>
    /// <returns>The file's path.</returns>
    /// <exception cref="CofferException">There is no broker, or the folder cannot be used.</exception>
    public static async Task<string> ResetAdminAsync(BrokerSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        BrokerData.EnsureThere(settings);
        var data = await BrokerData.OpenAsync(settings, alone: false, time, _ => { }, cancellationToken).ConfigureAwait(false);
        await using var disposal = data.ConfigureAwait(false);
        return await AdminTokenFile.ResetAsync(settings.DataFolder, data.Parts, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<BrokerPlaces> PlacesAsync(BrokerData data, CertificateAuthority? authority, CancellationToken cancellationToken)
    {
        var folder = data.Parts.Settings.DataFolder;
        var file = authority is null ? null : AuthorityFile.Ensure(folder, authority).Path;
        var token = await AdminTokenFile.EnsureAsync(folder, data.Parts, cancellationToken).ConfigureAwait(false);
        return new BrokerPlaces(folder, file, authority?.Fingerprint, token);
    }

    private static void Describe(BrokerPlaces places, LogWriter log)
    {
        if (places.AdminTokenFile is { } token) log.Write(LogLevel.Information, "made", ("message", $"the administrator's token was written to {token}"));
        if (places.CaFile is { } file) log.Write(LogLevel.Information, "authority", ("message", $"clients pin {file}, SHA-256 {places.CaFingerprint}"));
    }

    private static void WarnOf(BrokerSettings settings, Action<string> warn)
    {
        if (settings.InsecureHttp) warn("plain HTTP: whoever sees the traffic has the tokens and whatever is stored or wrapped");
        if (settings.Rules.InsecureAllowSampleEvidence) warn("evidence of the sample TEE, which proves nothing, is taken");
        if (settings.Rules.InsecureAllowUnenrolledAk) warn("machines that never enrolled are left to policies");
        if (settings.Rules.InsecureAllowRsa15) warn("secrets may be sealed with PKCS #1 v1.5");
    }

    private static GivenIdentity? Given(BrokerSettings settings) => (settings.TlsCertificateFile, settings.TlsKeyFile) switch
    {
        (null, null) => null,
        ({ } certificate, { } key) => GivenIdentity.Load(certificate, key),
        _ => throw new CofferException("a certificate and its key go together", ExitStatus.Usage, "give both --tls-cert and --tls-key, or neither"),
    };
}
