using Coffer.Contracts;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.Registry.Tests.Dir;

public sealed class DirStoreTests : ImageStoreContract, IDisposable
{
    private readonly TempDirectory _temp = new();

    private ImageLocation Location => ImageLocation.Parse($"dir:{_temp.Combine("image")}");

    protected override ValueTask<IImageSink> OpenSinkAsync() => Location.OpenSinkAsync(new RegistryOptions(), CancellationToken.None);

    protected override ValueTask<IImageSource> OpenSourceAsync() => Location.OpenSourceAsync(new RegistryOptions(), CancellationToken.None);

    public void Dispose() => _temp.Dispose();
}
