using Coffer.Contracts;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.Registry.Tests.Layout;

public sealed class LayoutStoreTests : ImageStoreContract, IDisposable
{
    private readonly TempDirectory _temp = new();

    private ImageLocation Location => ImageLocation.Parse($"oci:{_temp.Combine("layout")}:1.0");

    protected override ValueTask<IImageSink> OpenSinkAsync() => Location.OpenSinkAsync(new RegistryOptions(), CancellationToken.None);

    protected override ValueTask<IImageSource> OpenSourceAsync() => Location.OpenSourceAsync(new RegistryOptions(), CancellationToken.None);

    public void Dispose() => _temp.Dispose();
}
