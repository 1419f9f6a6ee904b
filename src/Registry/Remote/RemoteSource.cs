using Coffer.Oci;
using Coffer.Registry.Config;

namespace Coffer.Registry.Remote;

/// <summary>
/// An image in a registry. The first place that has its manifest, mirrors before the registry itself, serves everything else.
/// </summary>
internal sealed class RemoteSource : IImageSource, IEditableImage
{
    private readonly ImageReference _reference;
    private readonly RegistryOptions _options;
    private readonly RegistriesConf _conf;
    private readonly IReadOnlyList<RemoteLocation> _places;
    private readonly SemaphoreSlim _one = new(1, 1);
    private RemoteRepository? _repository;
    private Content? _root;

    public RemoteSource(ImageReference reference, RegistryOptions options)
    {
        _reference = reference;
        _options = options;
        _conf = RegistriesConf.Load(options);
        _places = _conf.ToRead(reference);
    }

    public string Location => $"docker://{_reference}";

    /// <summary>Where the image was found; null before it was looked for.</summary>
    public RemoteRepository? Found => _repository;

    public async ValueTask<Content> GetRootAsync(CancellationToken cancellationToken)
    {
        await FindAsync(cancellationToken).ConfigureAwait(false);
        return _root!;
    }

    public async ValueTask<Content> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (descriptor.Size > OciLimits.ManifestBytes) throw new MalformedImageException($"manifest {descriptor.Digest} is said to have {descriptor.Size} bytes; the most that is read is {OciLimits.ManifestBytes}");
        var repository = await FindAsync(cancellationToken).ConfigureAwait(false);
        var content = await repository.GetManifestAsync(descriptor.Digest.ToString(), descriptor.Digest, cancellationToken).ConfigureAwait(false);
        return Content.Verified(descriptor, content.Bytes);
    }

    public async ValueTask<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var repository = await FindAsync(cancellationToken).ConfigureAwait(false);
        return await repository.OpenBlobAsync(descriptor, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> HasSignaturesAsync(CancellationToken cancellationToken)
    {
        var repository = await FindAsync(cancellationToken).ConfigureAwait(false);
        return await RemoteSignatures.ExistAsync(repository, _root!.Digest, cancellationToken).ConfigureAwait(false);
    }

    public IImageSink OpenForEditing() => new RemoteSink(_reference, _options);

    public async ValueTask<IReadOnlyList<Digest>> RetireAsync(Content oldRoot, Content newRoot, bool deleteInRegistry, CancellationToken cancellationToken)
    {
        using var repository = new RemoteRepository(_conf.ToWrite(_reference), _options, _conf);
        return await new RemoteRetirement(repository).RetireAsync(oldRoot, newRoot, deleteInRegistry, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<RemoteRepository> FindAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _repository ??= await TryAllAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<RemoteRepository> TryAllAsync(CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        for (var i = 0; ; i++)
        {
            var repository = new RemoteRepository(_places[i], _options, _conf);
            try
            {
                var reference = _places[i].Reference;
                _root = await repository.GetManifestAsync(reference.Version, reference.Digest, cancellationToken).ConfigureAwait(false);
                return repository;
            }
            catch (CofferException e) when (_places.Count > 1)
            {
                repository.Dispose();
                failures.Add($"{Printable.Of(_places[i].Reference.ToString(), 400)}: {e.Message}");
                if (i == _places.Count - 1) throw new AllPlacesFailedException($"neither a mirror of {_reference.Host} nor the registry itself gives {_reference}", failures, e);
            }
            catch
            {
                repository.Dispose();
                throw;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _repository?.Dispose();
        _one.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class AllPlacesFailedException(string message, IReadOnlyList<string> details, CofferException last)
        : CofferException(message, last.ExitStatus, last.Hint, last)
    {
        public override IReadOnlyList<string> Details => details;
    }
}
