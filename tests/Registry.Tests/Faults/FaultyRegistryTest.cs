using Coffer.Oci;
using Coffer.Registry.Remote;
using Coffer.Registry.Tests.Remote;
using Microsoft.AspNetCore.Http;

namespace Coffer.Registry.Tests.Faults;

/// <summary>What tests against a faulty registry share: the registry, options that reach it, a clock that does not wait.</summary>
public abstract class FaultyRegistryTest : IAsyncLifetime
{
    internal FaultyRegistry Registry { get; private set; } = null!;

    internal ImmediateClock Clock { get; } = new();

    internal RegistryOptions Options => OwnPlaces.Empty with { TlsVerify = false, TimeProvider = Clock, Patience = TimeSpan.FromSeconds(10) };

    internal static CancellationToken Cancel => TestContext.Current.CancellationToken;

    internal ImageReference Reference => ImageReference.Parse($"{Registry.Host}/team/app:1");

    public async ValueTask InitializeAsync() => Registry = await FaultyRegistry.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal async Task<IImageSource> SourceAsync(RegistryOptions? options = null) => await RemoteImage.OpenSourceAsync(Reference, options ?? Options, Cancel);

    internal async Task<IImageSink> SinkAsync(RegistryOptions? options = null) => await RemoteImage.OpenSinkAsync(Reference, options ?? Options, Cancel);

    internal async Task<Content> ReadRootAsync(RegistryOptions? options = null)
    {
        await using var source = await SourceAsync(options);
        return await source.GetRootAsync(Cancel);
    }

    internal async Task<byte[]> ReadBlobAsync(Descriptor blob, RegistryOptions? options = null)
    {
        Registry.AddManifest("1", SmallManifest());
        await using var source = await SourceAsync(options);
        await using var stream = await source.OpenBlobAsync(blob, Cancel);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    internal static Content SmallManifest(string mark = "a") => Content.Of(MediaTypes.OciManifest, System.Text.Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"{{MediaTypes.OciEmpty}}","digest":"{{Digest.Of("{}"u8)}}","size":2},"layers":[],"annotations":{"mark":"{{mark}}"} }"""));

    internal static byte[] Noise(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A fault for the first so many requests that match; later ones are answered well.</summary>
    internal static Func<HttpContext, Task<bool>> First(int times, Func<HttpContext, bool> match, Func<HttpContext, Task> answer)
    {
        var seen = 0;
        return async context =>
        {
            if (!match(context) || Interlocked.Increment(ref seen) > times) return false;
            await answer(context);
            return true;
        };
    }

    internal static Func<HttpContext, Task<bool>> Always(Func<HttpContext, bool> match, Func<HttpContext, Task> answer) => First(int.MaxValue, match, answer);

    internal static bool IsManifest(HttpContext context) => context.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal);

    internal static bool IsBlob(HttpContext context) => context.Request.Path.Value!.Contains("/blobs/sha256:", StringComparison.Ordinal);

    internal static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    internal static async Task<CofferException> FailsAsync(Func<Task> act)
    {
        var error = await Assert.ThrowsAnyAsync<CofferException>(act);
        Assert.DoesNotContain('\n', error.Message);
        Assert.False(error.Message.EndsWith('.'), error.Message);
        return error;
    }
}
