using Coffer.Contracts;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.Registry.Tests.Remote;

/// <summary>The real docker-registry, held to what every place for images owes.</summary>
public abstract class RegistryStoreTests(DockerRegistryOptions served) : ImageStoreContract, IAsyncLifetime
{
    private DockerRegistry? _registry;

    protected DockerRegistry Registry => _registry!;

    protected ImageLocation Location => ImageLocation.Parse($"docker://{Registry.Host}/team/app:1.0");

    protected RegistryOptions Options => OwnPlaces.Empty with
    {
        TlsVerify = served.Tls,
        CertDir = served.Tls ? Registry.CertificateDirectory : null,
        Credentials = served.Authentication == RegistryAuthentication.None ? null : RegistryCredentials.Parse(Registry.Credentials),
    };

    public async ValueTask InitializeAsync() => _registry = await DockerRegistry.StartAsync(served, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_registry is not null) await _registry.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override ValueTask<IImageSink> OpenSinkAsync() => Location.OpenSinkAsync(Options, CancellationToken.None);

    protected override ValueTask<IImageSource> OpenSourceAsync() => Location.OpenSourceAsync(Options, CancellationToken.None);
}

public sealed class PlainRegistryStoreTests() : RegistryStoreTests(new DockerRegistryOptions());

public sealed class TlsBasicRegistryStoreTests() : RegistryStoreTests(new DockerRegistryOptions { Tls = true, Authentication = RegistryAuthentication.Basic });

public sealed class TokenRegistryStoreTests() : RegistryStoreTests(new DockerRegistryOptions { Authentication = RegistryAuthentication.Token });
