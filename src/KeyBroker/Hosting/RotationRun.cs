using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.RootKeys.Rotation;
using Coffer.Oci;

namespace Coffer.KeyBroker.Hosting;

/// <summary>Changes a broker's root key, on its own machine, while brokers serve from the store.</summary>
public static class RotationRun
{
    /// <summary>Changes the key to the one in another place, which is made where there is none; what was cut short is gone on with.</summary>
    /// <param name="settings">The broker, with its root key as it was; the recovery key where the new place needs one.</param>
    /// <param name="to">The new place.</param>
    /// <param name="patience">How long to wait for brokers to say that they know the new key.</param>
    /// <param name="time">The clock.</param>
    /// <param name="say">Hears, line by line, how far it is.</param>
    /// <param name="cancellationToken">Cuts it short.</param>
    /// <exception cref="CofferException">It cannot be begun; or a change to another key is under way.</exception>
    public static async Task<RotationFacts> RunAsync(BrokerSettings settings, string to, TimeSpan patience, TimeProvider time, Action<string> say, CancellationToken cancellationToken)
    {
        BrokerData.EnsureThere(settings);
        var place = RootKeyPlace.Parse(to);
        var isThere = File.Exists(place.File);
        // While a change to another key is under way the old one alone does not open the store, and no further key is made.
        var data = await BrokerData.OpenAsync(settings with { OtherRootKey = isThere ? to : null }, alone: false, time, _ => { }, cancellationToken).ConfigureAwait(false);
        await using var disposal = data.ConfigureAwait(false);
        if (!isThere) await RootKeyOpening.MakeAsync(place, settings.RecoveryKeyFile, time, cancellationToken).ConfigureAwait(false);
        using var target = await place.Kind.OpenAsync(place, time, cancellationToken).ConfigureAwait(false);
        data.Ring.Hold(target);
        var records = await new RootKeyRotation(data.Parts, data.Ring, target).RunAsync(patience, say, cancellationToken).ConfigureAwait(false);
        return new RotationFacts(place.Name, target.Id, records);
    }
}
