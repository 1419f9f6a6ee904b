using Coffer.Contracts;
using Coffer.Oci;
using Coffer.Registry.Remote;
using Coffer.Support;

namespace Coffer.Registry.Tests.Remote;

/// <summary>What only shows at a real docker-registry: TLS, mounting, tags, deletion, skopeo reading what we wrote.</summary>
public sealed class RealRegistryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly DockerRegistryOptions Tls = new() { Tls = true };

    private static async Task<CofferException> FailsAsync(string location, RegistryOptions options)
    {
        await using var source = await ImageLocation.Parse(location).OpenSourceAsync(options, Cancel);
        return await Assert.ThrowsAnyAsync<CofferException>(async () => await source.GetRootAsync(Cancel));
    }

    [Fact]
    public async Task An_unknown_authority_is_refused_and_the_hint_says_how_to_trust_it()
    {
        await using var registry = await DockerRegistry.StartAsync(Tls, Cancel);
        var error = await FailsAsync($"docker://{registry.Host}/a:1", OwnPlaces.Empty);
        Assert.Equal(ExitStatus.Unreachable, error.ExitStatus);
        Assert.Contains("authority that is not trusted", error.Message, StringComparison.Ordinal);
        Assert.Contains("--cert-dir", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_in_certs_d_of_the_host_is_trusted_and_another_port_s_is_not()
    {
        await using var registry = await DockerRegistry.StartAsync(Tls, Cancel);
        using var temp = new TempDirectory();
        temp.Write("etc/containers/certs.d/127.0.0.1:1/ca.crt", File.ReadAllText(Path.Combine(registry.CertificateDirectory, "ca.crt")));
        Assert.Contains("not trusted", (await FailsAsync($"docker://{registry.Host}/a:1", OwnPlaces.Of(temp.Path))).Message, StringComparison.Ordinal);
        temp.Write($"etc/containers/certs.d/{registry.Host}/ca.crt", File.ReadAllText(Path.Combine(registry.CertificateDirectory, "ca.crt")));
        Assert.Contains("MANIFEST_UNKNOWN", (await FailsAsync($"docker://{registry.Host}/a:1", OwnPlaces.Of(temp.Path))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_verification_any_certificate_is_taken()
    {
        await using var registry = await DockerRegistry.StartAsync(Tls, Cancel);
        Assert.Contains("MANIFEST_UNKNOWN", (await FailsAsync($"docker://{registry.Host}/a:1", OwnPlaces.Empty with { TlsVerify = false })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trusted_authority_does_not_excuse_another_host_s_certificate()
    {
        await using var registry = await DockerRegistry.StartAsync(Tls, Cancel);
        // 127.0.0.2 is this machine as well, but not in the certificate; the registry listens on 127.0.0.1 alone, so a relay stands between.
        await using var relay = new LoopbackRelay("127.0.0.2", registry.Address.Port);
        var error = await FailsAsync($"docker://{relay.Host}/a:1", OwnPlaces.Empty with { CertDir = registry.CertificateDirectory });
        Assert.Contains("not for this host", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_credentials_are_refused_with_a_hint()
    {
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { Authentication = RegistryAuthentication.Basic }, Cancel);
        var options = OwnPlaces.Empty with { TlsVerify = false };
        Assert.Contains("skopeo login", (await FailsAsync($"docker://{registry.Host}/a:1", options)).Hint, StringComparison.Ordinal);
        var error = await FailsAsync($"docker://{registry.Host}/a:1", options with { Credentials = new RegistryCredentials("tester", "wrong") });
        Assert.Contains("(401)", error.Message, StringComparison.Ordinal);
        Assert.Contains("check the password", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blobs_are_mounted_from_another_repository_and_tags_listed_under_token_authentication()
    {
        await using var registry = await DockerRegistry.StartAsync(new DockerRegistryOptions { Authentication = RegistryAuthentication.Token }, Cancel);
        var options = OwnPlaces.Empty with { TlsVerify = false, Credentials = RegistryCredentials.Parse(registry.Credentials) };
        var image = SampleImage.Create(1, 100_000);
        await using (var sink = await ImageLocation.Parse($"docker://{registry.Host}/one:1").OpenSinkAsync(options, Cancel)) await image.WriteAsync(sink);
        await using var source = await ImageLocation.Parse($"docker://{registry.Host}/one:1").OpenSourceAsync(options, Cancel);
        await source.GetRootAsync(Cancel);
        await using (var sink = await ImageLocation.Parse($"docker://{registry.Host}/two/b:1").OpenSinkAsync(options, Cancel))
        {
            foreach (var blob in image.Blobs) Assert.True(await sink.TryReuseBlobAsync(source, SampleImage.DescriptorOf(blob), Cancel));
            await sink.CommitAsync(image.Manifest, Cancel);
            await sink.CommitAsync(image.Manifest, Cancel);
        }
        Assert.Contains(registry.Tokens!.Requests, r => r.Contains("repository%3Atwo%2Fb%3Apull%2Cpush&scope=repository%3Aone%3Apull", StringComparison.Ordinal));
        Assert.Equal(["1"], await RemoteImage.ListTagsAsync(ImageReference.Parse($"{registry.Host}/two/b"), options, Cancel));
    }

    [Fact]
    public async Task An_image_is_edited_in_place_and_the_old_manifest_deleted()
    {
        await using var registry = await DockerRegistry.StartAsync(null, Cancel);
        var options = OwnPlaces.Empty with { TlsVerify = false };
        var location = ImageLocation.Parse($"docker://{registry.Host}/one:1");
        var image = SampleImage.Create(1, 1000);
        await using (var sink = await location.OpenSinkAsync(options, Cancel)) await image.WriteAsync(sink);
        await using var source = await location.OpenSourceAsync(options, Cancel);
        var old = await source.GetRootAsync(Cancel);
        var edited = Content.Of(old.MediaType, (byte[])[.. old.Bytes.ToArray(), (byte)'\n']);
        await using (var sink = ((IEditableImage)source).OpenForEditing()) await sink.CommitAsync(edited, Cancel);
        Assert.Equal([old.Digest], await ((IEditableImage)source).RetireAsync(old, edited, false, Cancel));
        Assert.Empty(await ((IEditableImage)source).RetireAsync(old, edited, true, Cancel));
        await using var again = await location.OpenSourceAsync(options, Cancel);
        Assert.Equal(edited.Digest, (await again.GetRootAsync(Cancel)).Digest);
    }
}
