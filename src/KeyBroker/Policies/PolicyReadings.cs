using System.Globalization;
using Coffer.KeyBroker.Caches;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.References;
using Coffer.KeyBroker.Resources;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Policies;

/// <summary>
/// What was read of policies and reference sets under one mark of the store (<see cref="PolicyPlaces"/>), and need not be read again as long as that is the
/// store's. Safe for many calls at once.
/// </summary>
/// <param name="mark">The mark.</param>
internal sealed class PolicyReadings(string mark)
{
    private const int MostPaths = 512, MostPolicies = 512, MostReferences = 64; // in each half; a set may have a MiB

    private readonly RecentlyUsed<string, PolicySet> _paths = new(MostPaths);
    private readonly RecentlyUsed<string, LabelledPolicy> _policies = new(MostPolicies);
    private readonly RecentlyUsed<string, ReferenceSet> _references = new(MostReferences);

    public string Mark => mark;

    /// <summary>The policies about a path, with their reference sets.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: one of them cannot be read.</exception>
    public async ValueTask<PolicySet> AboutAsync(IStoreReader store, ResourcePath path)
    {
        if (_paths.TryGet(path.ToString(), out var known)) return known;
        var policies = new List<LabelledPolicy>();
        foreach (var name in await PolicyPlaces.NamesAsync(store, path).ConfigureAwait(false))
        {
            if (await FindAsync(store, name).ConfigureAwait(false) is { } policy && policy.Policy.IsAbout(path)) policies.Add(policy);
        }
        var set = await PolicySet.WithReferencesAsync(policies, name => ReferenceAsync(store, name)).ConfigureAwait(false);
        _paths.Keep(path.ToString(), set);
        return set;
    }

    /// <summary>A policy by its name; null where there is none.</summary>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: it cannot be read.</exception>
    public async ValueTask<LabelledPolicy?> FindAsync(IStoreReader store, string name)
    {
        if (_policies.TryGet(name, out var known)) return known;
        if (await PolicyShelf.FindAsync(store, name).ConfigureAwait(false) is not { } stored) return null;
        try
        {
            var read = new LabelledPolicy(string.Create(CultureInfo.InvariantCulture, $"{name}@{stored.Version}"), PolicyReader.Read(PolicyRecord.DocumentOf(stored)));
            _policies.Keep(name, read);
            return read;
        }
        catch (InvalidDocumentException e)
        {
            throw PolicyRecord.Broken(name, e);
        }
    }

    private async ValueTask<ReferenceSet?> ReferenceAsync(IStoreReader store, string name)
    {
        if (_references.TryGet(name, out var known)) return known;
        if (await ReferenceShelf.FindAsync(store, name).ConfigureAwait(false) is not { } set) return null;
        _references.Keep(name, set);
        return set;
    }
}
