using Coffer.Oci;
using Coffer.Registry.Config;

namespace Coffer.Registry.Remote;

/// <summary>Images in registries, <c>docker://</c>: the way in for the list of transports and for users of the library.</summary>
public static class RemoteImage
{
    /// <summary>
    /// An image to read; it is also an <see cref="IEditableImage"/>. Configuration is read now, the registry is asked at the
    /// first use. The caller disposes it.
    /// </summary>
    /// <exception cref="CofferException">A configuration file is bad, or the registry is blocked by one.</exception>
    public static Task<IImageSource> OpenSourceAsync(ImageReference reference, RegistryOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IImageSource>(new RemoteSource(reference, options));
    }

    /// <summary>A place to write an image to. The registry is asked at the first use. The caller disposes it.</summary>
    /// <exception cref="CofferException">A configuration file is bad, or the registry is blocked by one.</exception>
    public static Task<IImageSink> OpenSinkAsync(ImageReference reference, RegistryOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IImageSink>(new RemoteSink(reference, options));
    }

    /// <summary>The tags of a repository in the registry's order, page by page, at most <see cref="TagList.MostTags"/>.</summary>
    /// <exception cref="CofferException">The registry does not give them, or gives them without end.</exception>
    public static async Task<IReadOnlyList<string>> ListTagsAsync(ImageReference reference, RegistryOptions options, CancellationToken cancellationToken)
    {
        var conf = RegistriesConf.Load(options);
        using var repository = new RemoteRepository(conf.ToWrite(reference), options, conf);
        return await TagList.ReadAsync(repository, cancellationToken).ConfigureAwait(false);
    }
}
