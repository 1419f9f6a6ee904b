using Coffer.KeyProvider.Packets;
using Coffer.KeyProvider.Parameters;
using Coffer.Oci;

namespace Coffer.KeyProvider.Sources.Local;

/// <summary>Keys in a directory, read when the source is opened: to take up new files is to open a new source.</summary>
internal sealed class LocalSource : IKeySource
{
    private readonly LocalSettings _settings;
    private readonly LocalKeyRing _keys;

    private LocalSource(LocalSettings settings, LocalKeyRing keys) => (_settings, _keys) = (settings, keys);

    /// <inheritdoc/>
    public string Name => _settings.Name;

    /// <inheritdoc/>
    public IReadOnlyList<string> KeyIds => _settings.KeyIds;

    /// <inheritdoc/>
    public bool UnwrapsAtOnce => true;

    /// <summary>Reads the directory.</summary>
    /// <exception cref="CofferException">The directory or a file in it cannot be used, or the default key is not there.</exception>
    public static LocalSource Open(LocalSettings settings)
    {
        var keys = new LocalKeyRing(KeyDirectory.Read(settings.Directory, settings.GroupMayRead), $"the key directory {Printable.Of(settings.Directory)}");
        try
        {
            if (settings.DefaultKey is { } id) _ = keys.ToWrap(id, null);
            return new LocalSource(settings, keys);
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Knows(AnnotationPacket packet) => _keys.Knows(packet);

    /// <inheritdoc/>
    public Task<AnnotationPacket> WrapAsync(KeySelection selection, ReadOnlyMemory<byte> options, CancellationToken cancellationToken)
    {
        SelectionLimits.Check(selection);
        if (selection.KeyFile is { } file) return Task.FromResult(WrapUnderFile(file, selection.KeyId, options.Span));
        var (key, kid) = _keys.ToWrap(selection.KeyId, _settings.DefaultKey);
        using var bytes = key.Key.Open();
        return Task.FromResult(PacketCipher.Seal(kid, bytes.Span, options.Span));
    }

    /// <inheritdoc/>
    public Task<byte[]> UnwrapAsync(AnnotationPacket packet, CancellationToken cancellationToken)
    {
        var candidates = _keys.CandidatesFor(packet);
        for (var i = 0; ; i++)
        {
            using var key = candidates[i].Key.Open();
            try
            {
                return Task.FromResult(PacketCipher.Open(packet, key.Span));
            }
            catch (KeyProviderException e) when (e.Reason == FailureReason.Integrity && i < candidates.Length - 1)
            {
                // SecL's packets name no version: an older one may fit.
            }
        }
    }

    /// <summary>Zeroes the keys.</summary>
    public ValueTask DisposeAsync()
    {
        _keys.Dispose();
        return ValueTask.CompletedTask;
    }

    private AnnotationPacket WrapUnderFile(string file, string? keyId, ReadOnlySpan<byte> options)
    {
        if (keyId is null)
        {
            throw new KeyProviderException(FailureReason.BadRequest, "keypath= needs keyid= beside it: the packet must name its key", "write keyid=kbs:///REPOSITORY/TYPE/TAG::keypath=FILE");
        }
        try
        {
            var problems = new List<string>();
            if (KeyDirectoryPath.Check(_settings.Directory, problems) is not { } real || problems.Count > 0)
            {
                throw new KeyProviderException(FailureReason.Unavailable, problems[0]);
            }
            using var content = new SecureFile(real, _settings.GroupMayRead).Read(Path.Combine(real, file)).Content;
            using var key = content.Key.Open();
            return PacketCipher.Seal(keyId, key.Span, options);
        }
        catch (FormatException e)
        {
            throw new KeyProviderException(FailureReason.Denied, $"the key file {Printable.Of(file)} {e.Message}",
                $"keypath= names a key file inside {Printable.Of(_settings.Directory)}", e);
        }
    }
}
