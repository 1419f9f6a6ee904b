using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.RootKeys.Ring;
using Coffer.KeyBroker.Tls;
using Coffer.Oci;

namespace Coffer.KeyBroker.Hosting;

/// <summary>What is done with a broker's data folder on its own machine: made, served from, and its administrator's token reset.</summary>
public static class BrokerRun
{
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(10);

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
    /// <param name="say">Hears, line by line, what the operator should know.</param>
    /// <param name="ready">Called with the addresses once requests are accepted.</param>
    /// <param name="stop">Cancelled to stop.</param>
    /// <exception cref="CofferException">It could not be started.</exception>
    public static async Task ServeAsync(BrokerSettings settings, TimeProvider time, Action<string> say, Action<IReadOnlyList<string>> ready, CancellationToken stop)
    {
        var ends = settings.Listen.Select(ListenAddress.Parse).ToList();
        var given = Given(settings);
        var names = ServerNames.Of(ends, settings.TlsNames);
        var data = await BrokerData.OpenAsync(settings, alone: true, time, line => say($"warning: {line}"), stop).ConfigureAwait(false);
        await using var disposal = data.ConfigureAwait(false);
        var presence = await ReplicaPresence.StartAsync(data.Parts.Store, data.Ring, time, stop).ConfigureAwait(false);
        await using var absence = presence.ConfigureAwait(false);
        using var authority = given is null ? await AuthorityRecord.EnsureAsync(data.Parts, stop).ConfigureAwait(false) : null;
        Describe(await PlacesAsync(data, authority, stop).ConfigureAwait(false), say);
        WarnOf(settings, say);
        await data.Parts.TokenKeys.EnsureAsync(stop).ConfigureAwait(false);
        if (settings.AccessFile is { } access) await data.Parts.Identities.LoadAsync(access, stop).ConfigureAwait(false);
        using var reload = settings.AccessFile is null ? null : AccessReload.OnSignal(settings.AccessFile, data.Parts, say, stop);
        var identity = settings.InsecureHttp ? null : given ?? (IServerIdentity)new OwnIdentity(authority!, names, time);
        var server = await BrokerServer.StartAsync(
            data.Parts, ends, identity, BrokerFronts.All(data.Parts), new AccessWatch(data.Parts),
            (id, e) => say($"request {id} failed: {e.GetType().Name}: {Printable.Of(e.Message)}"), stop).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            ready(server.Addresses);
            await FlushAsync(data.Parts, say, stop).ConfigureAwait(false);
        }
        await data.Parts.Floods.FlushAsync(data.Parts.Store, all: true, CancellationToken.None).ConfigureAwait(false);
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

    private static void Describe(BrokerPlaces places, Action<string> say)
    {
        if (places.AdminTokenFile is { } token) say($"the administrator's token was written to {Printable.Of(token)}");
        if (places.CaFile is { } file) say($"clients pin {Printable.Of(file)}, SHA-256 {places.CaFingerprint}");
    }

    private static void WarnOf(BrokerSettings settings, Action<string> say)
    {
        if (settings.InsecureHttp) say("warning: plain HTTP: whoever sees the traffic has the tokens and whatever is stored or wrapped");
        if (settings.Rules.InsecureAllowSampleEvidence) say("warning: evidence of the sample TEE, which proves nothing, is taken");
        if (settings.Rules.InsecureAllowUnenrolledAk) say("warning: machines that never enrolled are left to policies");
        if (settings.Rules.InsecureAllowRsa15) say("warning: secrets may be sealed with PKCS #1 v1.5");
    }

    private static GivenIdentity? Given(BrokerSettings settings) => (settings.TlsCertificateFile, settings.TlsKeyFile) switch
    {
        (null, null) => null,
        ({ } certificate, { } key) => GivenIdentity.Load(certificate, key),
        _ => throw new CofferException("a certificate and its key go together", ExitStatus.Usage, "give both --tls-cert and --tls-key, or neither"),
    };

    private static async Task FlushAsync(BrokerParts parts, Action<string> say, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(FlushInterval, parts.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                try
                {
                    await parts.Floods.FlushAsync(parts.Store, all: false, stop).ConfigureAwait(false);
                    await parts.Checkpoints.MakeDueAsync(parts.Settings.CheckpointInterval, new RequestOrigin(RequestIds.Draw(), null), stop).ConfigureAwait(false);
                    await parts.TokenKeys.RotateIfDueAsync(stop).ConfigureAwait(false);
                }
                catch (BrokerException e)
                {
                    say($"what is done now and then was not done: {Printable.Of(e.Message)}");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }
}
