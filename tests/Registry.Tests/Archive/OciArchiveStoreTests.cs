using Coffer.Contracts;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.Registry.Tests.Archive;

public sealed class OciArchiveStoreTests : ImageStoreContract, IDisposable
{
    private readonly TempDirectory _temp = new();

    private ImageLocation Location => ImageLocation.Parse($"oci-archive:{_temp.Combine("image.tar")}:1.0");

    protected override ValueTask<IImageSink> OpenSinkAsync() => Location.OpenSinkAsync(new RegistryOptions(), CancellationToken.None);

    protected override ValueTask<IImageSource> OpenSourceAsync() => Location.OpenSourceAsync(new RegistryOptions(), CancellationToken.None);

    public void Dispose() => _temp.Dispose();
}
