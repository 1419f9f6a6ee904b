using System.Security.Cryptography;
using System.Text;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Policies;

/// <summary>
/// Where policies are found by what they are about: each under the fixed segments that its globs begin with. A resource's path has four such
/// places, from <c>REPOSITORY/TYPE/TAG</c> to none, so that a decision reads only the policies there, however many there are. Beside them stands
/// a mark that every change of a policy or reference set draws anew, in its own transaction. Works within the caller's transaction.
/// </summary>
internal static class PolicyPlaces
{
    private const string MarkKey = "mark"; // no place: those have slashes
    private const int MarkBytes = 16;

    /// <summary>The mark: as long as it is the same, so are all policies and reference sets. Null where there are none yet.</summary>
    public static async ValueTask<string?> MarkAsync(IStoreReader store) =>
        await store.FindAsync(Collections.PolicyPlaces, MarkKey).ConfigureAwait(false) is { } record ? Convert.ToHexStringLower(record.Value) : null;

    /// <summary>Draws a new mark: something has changed.</summary>
    public static ValueTask ChangeMarkAsync(IStoreWriter store) => store.PutAsync(Collections.PolicyPlaces, MarkKey, RandomNumberGenerator.GetBytes(MarkBytes));

    /// <summary>Names of the policies that may be about a path, in ordinal order: all that are, and some that are not.</summary>
    public static async ValueTask<IReadOnlyCollection<string>> NamesAsync(IStoreReader store, ResourcePath path)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var place in (string[])["", path.Repository, $"{path.Repository}/{path.Type}", path.ToString()])
        {
            var prefix = Prefix(place);
            foreach (var record in await store.ListAsync(Collections.PolicyPlaces, prefix, null, PolicyLimits.MostAtPlace).ConfigureAwait(false)) names.Add(record.Key[prefix.Length..]);
        }
        return names;
    }

    /// <summary>Puts a policy where its globs are, and takes it away where they no longer are.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.TooMany"/>: too many policies begin as one of its globs does.</exception>
    public static async ValueTask MoveAsync(IStoreWriter store, string name, IReadOnlyList<Glob> before, IReadOnlyList<Glob> now)
    {
        var (old, places) = (Of(name, before), Of(name, now));
        foreach (var place in old.Except(places)) await store.DeleteAsync(Collections.PolicyPlaces, Prefix(place) + name).ConfigureAwait(false);
        foreach (var place in places.Except(old))
        {
            if (await store.CountAsync(Collections.PolicyPlaces, Prefix(place)).ConfigureAwait(false) >= PolicyLimits.MostAtPlace)
            {
                throw new BrokerException(
                    BrokerFault.TooMany, $"there are {PolicyLimits.MostAtPlace} policies whose resources begin with '{place}' and a wildcard, or are just that, as many as there may be",
                    "delete some, put several conditions into one, or let their resources begin with more fixed segments");
            }
            await store.PutAsync(Collections.PolicyPlaces, Prefix(place) + name, ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
        }
        await ChangeMarkAsync(store).ConfigureAwait(false);
    }

    // A key has its bound: with a name that leaves no room for all segments, the policy stands a place further up.
    private static HashSet<string> Of(string name, IReadOnlyList<Glob> globs)
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        foreach (var glob in globs)
        {
            var place = glob.Place;
            while (Encoding.UTF8.GetByteCount(Prefix(place) + name) > RecordLimits.MostKeyBytes) place = place[..place.LastIndexOf('/')];
            places.Add(place);
        }
        return places;
    }

    private static string Prefix(string place) => place + "//";
}
