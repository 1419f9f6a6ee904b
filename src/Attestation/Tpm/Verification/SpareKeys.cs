namespace Coffer.Attestation.Tpm.Verification;

/// <summary>
/// Attestation keys between attestations: a machine comes again with the same one, and to set a key up takes as long as to check a signature
/// with it. Each is lent to one caller at a time, by its TPM name, which is the hash of all that it is. Those that were not asked for
/// longest go first. Safe for many calls at once.
/// </summary>
internal sealed class SpareKeys
{
    private const int Most = 2048; // in each half; about a kilobyte each

    private readonly Lock _turn = new();
    private Dictionary<string, AttestationKey> _recent = [], _older = [];

    /// <summary>The key of that name, for the caller alone; null where there is none.</summary>
    public AttestationKey? Take(string name)
    {
        lock (_turn) return _recent.Remove(name, out var key) || _older.Remove(name, out key) ? key : null;
    }

    /// <summary>Keeps a key, or disposes it where another of that name came back before.</summary>
    public void Keep(string name, AttestationKey key)
    {
        Dictionary<string, AttestationKey> gone = [];
        lock (_turn)
        {
            if (_recent.Count >= Most) (gone, _older, _recent) = (_older, _recent, []);
            if (!_recent.TryAdd(name, key)) gone[name] = key;
        }
        foreach (var one in gone.Values) one.Dispose();
    }
}
